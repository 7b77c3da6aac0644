/** A row's text by its dotted column (`user.username`). What is `null` has no column of its own; a list is one cell. */
export function cellsOf(row: object): Map<string, string> {
	const cells = new Map<string, string>();
	const add = (path: string, value: unknown) => {
		if (value === null || value === undefined) return;
		if (Array.isArray(value)) cells.set(path, value.map(textOf).join('; '));
		else if (typeof value !== 'object') cells.set(path, textOf(value));
		else for (const [key, part] of Object.entries(value)) add(`${path}.${key}`, part);
	};
	for (const [key, value] of Object.entries(row)) add(key, value);
	return cells;
}

function textOf(value: unknown): string {
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
