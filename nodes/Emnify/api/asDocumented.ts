/** Nothing that emnify answers is nested deeper. */
const DEEPEST = 20;

/** The largest IDs have 15 digits (§1). */
const DIGITS = /^(0|[1-9]\d{0,14})$/;

/** Fields that are texts wherever they stand (§1, §5). */
const TEXTS = new Set([
	'activation_date',
	'browser',
	'created',
	'creation_date',
	'description',
	'expiry_date',
	'name',
	'operating_system',
	'timestamp',
	'username',
]);

/** What is in there is undocumented (§5). */
const UNDOCUMENTED = 'detail';

/**
 * An answer whose fields are of the kinds that `types.ts` names, so that nothing fails on others: each `id` in digits is a
 * number (§1), a text is a text or `null`, and what is nested too deep for any use is
 * `null`. Changes the answer, which nobody else holds yet. Any other ID, such as a UUID, stays as it is.
 */
export function asDocumented(answer: unknown): unknown {
	return normalised(answer, { depth: 0, isDocumented: true });
}

interface Place {
	depth: number;
	isDocumented: boolean;
}

function normalised(value: unknown, { depth, isDocumented }: Place): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= DEEPEST) return null;
	const below = { depth: depth + 1, isDocumented };
	if (Array.isArray(value)) {
		for (const [index, element] of value.entries()) value[index] = normalised(element, below);
		return value;
	}
	const object = value as Record<string, unknown>;
	for (const [name, part] of Object.entries(object)) {
		const isKnown = isDocumented && name !== UNDOCUMENTED;
		object[name] = normalised(isKnown ? ofItsKind(name, part) : part, {
			...below,
			isDocumented: isKnown,
		});
		if (name === 'id' && typeof part === 'string' && DIGITS.test(part)) object.id = Number(part);
	}
	return object;
}

function ofItsKind(name: string, value: unknown): unknown {
	if (TEXTS.has(name) && typeof value !== 'string') {
		return typeof value === 'number' ? String(value) : null;
	}
	return value;
}
