/** What `package.json` says, as far as this is about it. */
export interface Manifest {
	name: string;
	version: string;
	repository?: { url?: string };
	n8n: { nodes: string[]; credentials: string[] };
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
	bundleDependencies?: string[];
	bundledDependencies?: string[];
}

const ALLOWED = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

/** Hidden files are what the build keeps for itself. */
const isBuilt = (file: string) => file.startsWith('dist/') && !file.includes('/.');

/** The files that the package must not hold, and those of these that it lacks, a sentence each. */
export function strayFiles(files: string[]): string[] {
	const stray = files.filter((file) => !isBuilt(file) && !ALLOWED.includes(file));
	const missing = ALLOWED.filter((file) => !files.includes(file));
	return [
		...stray.map((file) => `${file} does not belong into the package`),
		...missing.map((file) => `${file} is missing`),
	];
}

/** The files that `package.json` tells n8n to load, and that are not there. */
export function missingEntries({ n8n }: Manifest, files: string[]): string[] {
	const named = [...n8n.nodes, ...n8n.credentials];
	if (named.length === 0) return ['package.json names no node'];
	return named
		.filter((file) => !files.includes(file))
		.map((file) => `package.json names ${file}, which is not there`);
}

/** What would be installed beside the package. n8n brings `n8n-workflow`, and verifies no package that needs more. */
export function runtimeDependencies(manifest: Manifest): string[] {
	const { dependencies = {}, optionalDependencies = {} } = manifest;
	const { bundleDependencies = [], bundledDependencies = [] } = manifest;
	return [
		...Object.keys({ ...dependencies, ...optionalDependencies }),
		...bundleDependencies,
		...bundledDependencies,
	].map((name) => `${name} is a runtime dependency`);
}

/** npm proves where a package was built, and n8n's scanner reads the sources there: only if this names the place. */
export function unprovableOrigin({ repository }: Manifest): string[] {
	if (/^(git\+)?https:\/\/github\.com\/[\w.-]+\/[\w.-]+\.git$/.test(repository?.url ?? ''))
		return [];
	return ['repository.url in package.json must be https://github.com/<owner>/<repository>.git'];
}
