import { EmnifyError } from '../api/errors';

/**
 * The answer to a creation, which gives a secret this once. Throws an `EmnifyError` (`notEmnify`) where it does not: there is
 * a thing now whose secret nobody knows.
 */
export function withSecret<Answer extends object>(
	answer: Answer,
	field: keyof Answer & string,
	action: string,
): Answer {
	const secret: unknown = answer[field];
	if (typeof secret === 'string' && secret !== '') return answer;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: emnify’s answer does not hold the secret`,
		'A proxy between n8n and emnify may have changed the answer. Check Base URL in the credential.',
		// Some success: what was asked for was done.
		{ httpStatus: 200 },
	);
}
