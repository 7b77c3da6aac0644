/** n8n's scanner as far as this uses it; it comes without types. */
declare module '@n8n/scan-community-package/scanner/scanner.mjs' {
	/** What the scanner lints of a package's sources. */
	export const SOURCE_FILE_PATTERNS: string[];

	/** Lints the files of a folder that the patterns match. `details` lists what was found. */
	export function analyzePackage(
		folder: string,
		patterns: string[],
	): Promise<{ passed: boolean; message?: string; details?: string }>;
}
