import { EmnifyError } from '../api/errors';
import { isEmpty, plainText } from './text';

/**
 * Reads a code of six characters (§1): digits from an authenticator app, or letters and digits from an e-mail. A number
 * from another node has lost its leading zeros and gets them back. Throws an `EmnifyError` (`input`) without the code.
 */
export function readCode(
	label: string,
	value: unknown,
	allowed: 'digits' | 'lettersAndDigits',
): string {
	const given = plainText(value);
	const text = typeof value === 'number' ? given.padStart(6, '0') : given;
	const code = text.replace(/(\d{3})[ -](\d{3})/, '$1$2');
	const pattern = allowed === 'digits' ? /^\d{6}$/ : /^[a-z\d]{6}$/i;
	if (pattern.test(code)) return code;
	throw new EmnifyError(
		'input',
		isEmpty(value) ? `${label} is empty` : `${label} does not look like a code of emnify`,
		allowed === 'digits'
			? 'Enter the 6 digits that the authenticator app shows.'
			: 'Enter the 6 digits that the authenticator app shows, or the 6 characters from the e-mail.',
	);
}
