import { setSafeRegexEngine } from 'n8n-workflow';

/**
 * n8n stops a regular expression of a field after 250 ms of the clock, which a starved machine exceeds by itself. n8n lets its
 * engine be set: this one is as in its editor, where nothing is timed. The end-to-end tests run with n8n's own.
 */
export function useUntimedRegex(): void {
	const global = (flags = '') => (flags.includes('g') ? flags : `${flags}g`);
	setSafeRegexEngine({
		exec: (pattern, input, flags) => new RegExp(pattern, flags).exec(input),
		test: (pattern, input, flags) => new RegExp(pattern, flags).test(input),
		replace: (pattern, input, flags, replacement) =>
			input.replace(new RegExp(pattern, flags), replacement),
		matchAll: (pattern, input, flags) => [...input.matchAll(new RegExp(pattern, global(flags)))],
		split: (pattern, input, flags) => input.split(new RegExp(pattern, flags)),
	});
}
