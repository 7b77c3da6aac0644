import { isObject, type Answer } from './emnify';

/** What became of a fact. The texts are for a person, and hold shapes and counts alone. */
export type Verdict =
	| { kind: 'as assumed'; how?: string }
	| {
			kind: 'different';
			how: string;
			/** Whether the node handles it; where not, it gives a wrong answer or cannot go on. */
			handled: boolean;
	  }
	| { kind: 'not seen'; why: string };

export const asAssumed = (how?: string): Verdict => ({ kind: 'as assumed', how });

/** It is otherwise, and the node copes with that. */
export const different = (how: string): Verdict => ({ kind: 'different', how, handled: true });

/** It is otherwise, and the node is wrong then. */
export const unhandled = (how: string): Verdict => ({ kind: 'different', how, handled: false });

export const notSeen = (why: string): Verdict => ({ kind: 'not seen', why });

/** For what only a change, or a refused login, would show. */
export const neverAsked = (why: string) => (): Verdict => notSeen(why);

/** Codes and tokens of refusals (§3): others may be anything, and are not printed. */
export const KNOWN_TOKENS = [
	'BadRequest',
	'InvalidReference',
	'Unavailable',
	'Duplicated',
	'InvalidCredentials',
	'InvalidToken',
	'TokenExpired',
	'Forbidden',
	'TooManyRequests',
	'NotFound',
	'InvalidQueryCriteria',
	'InvalidSortCriteria',
	'InputValidationFailed',
	'Required',
	'InvalidFormat',
	'NotAllowed',
];

/** How an answer looks: `404 with emnify’s NotFound`, `401 without a body`, `200 with a list of 3`. */
export function lookOf({ status, content, body }: Answer): string {
	if (content === 'empty') return `${status} without a body`;
	if (content === 'html') return `${status} with a page of HTML`;
	if (content === 'text') return `${status} with text that is no JSON`;
	if (Array.isArray(body)) {
		return body.length === 0 ? `${status} with an empty list` : `${status} with a list`;
	}
	if (!isObject(body)) return `${status} with JSON that is neither a list nor an object`;
	const token = KNOWN_TOKENS.find((known) => known === body.error_token);
	if (token !== undefined) return `${status} with emnify’s ${token}`;
	if (typeof body.error_token === 'string') return `${status} with a token of emnify’s that is new`;
	if (status >= 300 && typeof body.message === 'string') {
		return `${status} with JSON of the gateway’s kind ({"message": …})`;
	}
	return `${status} with an object`;
}

/** Says of an answer that is needed, and was not given, why a fact could not be seen. */
export function notAnswered(answer: Answer | undefined, stopped?: string): Verdict {
	if (!answer) return notSeen(stopped ?? 'there was nothing to ask it with');
	return notSeen(`the answer was ${lookOf(answer)}`);
}
