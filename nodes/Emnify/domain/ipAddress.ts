const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;
const HEX_GROUPS = /^[\da-f]{1,4}(?::[\da-f]{1,4})*$/i;

/** Whether the text is an IPv4 or IPv6 address, the latter also with an IPv4 address at its end. */
export function isIpAddress(text: string): boolean {
	if (IPV4.test(text) && !text.endsWith('.')) return true;
	const [head = '', tail, ...more] = text.split('::');
	if (!text.includes(':') || more.length > 0) return false;
	const groups = [...groupsOf(head), ...groupsOf(tail ?? '')];
	if (groups.includes(0)) return false;
	const count = groups.reduce((sum, size) => sum + size, 0);
	return tail === undefined ? count === 8 : count <= 7;
}

/** How many of the eight groups the part fills; 0 among them where it is none of an address. */
function groupsOf(part: string): number[] {
	if (part === '') return [];
	const end = part.slice(part.lastIndexOf(':') + 1);
	if (!end.includes('.')) return HEX_GROUPS.test(part) ? [part.split(':').length] : [0];
	const start = part.slice(0, Math.max(0, part.length - end.length - 1));
	if (!IPV4.test(end) || end.endsWith('.')) return [0];
	return [2, ...groupsOf(start)];
}
