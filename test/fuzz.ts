/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */

/**
 * How often fast-check tries a property: `usual` times in `npm test`, and FUZZ_FACTOR times as often where that is set, as in
 * the weekly run of CI.
 *
 * @throws RangeError if FUZZ_FACTOR is set, and is no whole number above 0
 */
export function fuzzRuns(usual: number): { numRuns: number } {
	const factor = Number(process.env.FUZZ_FACTOR ?? 1);
	if (!Number.isInteger(factor) || factor < 1) {
		throw new RangeError('FUZZ_FACTOR is not a whole number above 0');
	}
	return { numRuns: usual * factor };
}
