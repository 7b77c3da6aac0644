/** The first row is the head. */
export function markdownTable([head = [], ...rows]: string[][]): string[] {
	return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
