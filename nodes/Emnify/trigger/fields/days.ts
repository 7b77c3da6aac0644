import { badValue } from '../../fields/locator';
import { plainText } from '../../fields/text';

/** Reads a number of days. Throws an `EmnifyError` (`input`) for what is no whole number from 1 to `most`. */
export function readDays(label: string, value: unknown, most: number): number {
	const text = plainText(value);
	const days = text === '' ? NaN : Number(text);
	if (Number.isInteger(days) && days >= 1 && days <= most) return days;
	throw badValue(label, value, `a whole number of days from 1 to ${most}`);
}
