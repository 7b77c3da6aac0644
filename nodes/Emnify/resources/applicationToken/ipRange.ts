import { badValue } from '../../fields/locator';
import { isEmpty, plainText } from '../../fields/text';
import { readBound } from './bound';

/**
 * Reads the IP Range field: an IPv4 or IPv6 address, or a range of them in CIDR notation. `undefined` for an empty field;
 * throws an `EmnifyError` (`input`) for anything else. What else emnify may take is undocumented (§5).
 */
export function readIpRange(label: string, field: unknown): string | undefined {
	const value = readBound(label, field);
	if (isEmpty(value)) return undefined;
	const text = plainText(value);
	const [address = '', prefix, ...more] = text.split('/');
	const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : 0;
	const prefixFits =
		prefix === undefined || (/^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= bits);
	if (bits > 0 && prefixFits && more.length === 0) return text;
	throw badValue(label, value, 'an IP address or a range such as 203.0.113.0/24');
}

function isIpv4(text: string): boolean {
	const parts = text.split('.');
	return (
		parts.length === 4 &&
		parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
	);
}

/** The notation has many short forms, all of which a web address can hold in brackets. */
function isIpv6(text: string): boolean {
	if (!/^[\da-f:.]+$/i.test(text)) return false;
	try {
		return new URL(`http://[${text}]`).hostname !== '';
	} catch {
		return false;
	}
}
