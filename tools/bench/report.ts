import Table from 'cli-table3';

/** What one measure found out. */
export interface Measure {
	title: string;
	head: string[];
	rows: string[][];
	goals: Goal[];
	/** What a reader must know to read the numbers right, a sentence or two each. */
	notes?: string[];
}

export interface Goal {
	what: string;
	/** Undefined where this machine cannot tell. */
	measured: number | undefined;
	wanted: { atMost: number } | { exactly: number };
}

export function isMissed({ measured, wanted }: Goal): boolean {
	if (measured === undefined) return false;
	return 'exactly' in wanted ? measured !== wanted.exactly : !(measured <= wanted.atMost);
}

/** All measures and their goals as tables, for the terminal or in Markdown. */
export function report(machine: string, measures: Measure[], markdown: boolean): string {
	const table = markdown ? markdownTable : terminalTable;
	const heading = markdown ? '### ' : '';
	const parts = measures.flatMap(({ title, head, rows, notes = [] }) => [
		`${heading}${title}`,
		table(head, rows),
		...notes,
	]);
	const goals = measures.flatMap((measure) => measure.goals).map(goalRow);
	parts.push(`${heading}Goals`, table(['', 'Measured', 'Goal', ''], goals));
	return [machine, ...parts].join('\n\n');
}

function goalRow(goal: Goal): string[] {
	const { what, measured, wanted } = goal;
	const sign =
		'exactly' in wanted ? `= ${wanted.exactly.toFixed(2)}` : `≤ ${wanted.atMost.toFixed(2)}`;
	const verdict = measured === undefined ? 'n/a' : isMissed(goal) ? 'MISSED' : 'met';
	return [what, measured === undefined ? 'n/a' : measured.toFixed(2), sign, verdict];
}

function terminalTable(head: string[], rows: string[][]): string {
	// Without colours, which would end up in files and issues.
	const table = new Table({ head, style: { head: [], border: [] } });
	table.push(...rows);
	return table.toString();
}

function markdownTable(head: string[], rows: string[][]): string {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

export const count = (number: number) => number.toLocaleString('en-GB');

export const mebibytes = (bytes: number | undefined) =>
	bytes === undefined ? 'n/a' : `${Math.round(bytes / 1024 ** 2)} MiB`;

export const medianTime = (runs: Array<{ milliseconds: number }>) =>
	median(runs.map(({ milliseconds }) => milliseconds));

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: number[]): number {
	const sorted = [...numbers].sort((left, right) => left - right);
	const middle = sorted.length / 2;
	const around = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
	return around.reduce((sum, number) => sum + number, 0) / around.length;
}
