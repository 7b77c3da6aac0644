/** gulp as far as this uses it; it comes without types. */
declare module 'gulp' {
	/** Runs `task` after files change, once for changes in quick succession, and again after those that come meanwhile. */
	export function watch(
		globs: string[],
		options: { cwd: string },
		task: () => Promise<void>,
	): { close(): Promise<void> };
}
