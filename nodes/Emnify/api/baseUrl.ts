import { EmnifyError } from './errors';

/** Where the API lives unless the credential says otherwise. */
export const DEFAULT_BASE_URL = 'https://cdn.emnify.net';

/**
 * Checks the credential's Base URL before anything is sent there, and gives it back without trailing slashes, and without the
 * `/api/v1` that each path begins with: it may have been pasted along.
 * Only https is let through, so that no secret travels in clear; http is for a loopback address (a test server).
 * Throws an {@link EmnifyError} (`input`).
 */
export function checkBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = parse(text);
	if (!url) {
		throw wrong('is not a web address', `Enter an address such as ${DEFAULT_BASE_URL}.`);
	}
	if (url.username || url.password || url.search || url.hash) {
		throw wrong(
			'holds more than an address',
			`Enter the address alone, such as ${DEFAULT_BASE_URL}, without user, password, query or #.`,
		);
	}
	const allowed =
		url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
	if (!allowed) {
		throw wrong(
			'does not start with https://',
			'The login would travel unencrypted. Use https; http is only accepted for this machine itself (localhost).',
		);
	}
	return `${url.origin}${prefixOf(url.pathname)}`;
}

/** What comes before `/api/v1`, or all of the path where that is not its end; in each case without slashes at the end. */
function prefixOf(path: string): string {
	const segments = path.split('/');
	const dropEmpty = () => {
		while (segments.at(-1) === '') segments.pop();
	};
	dropEmpty();
	if (/\/api\/v\d\/authenticate$/i.test(segments.join('/'))) segments.pop();
	if (/\/api\/v\d$/i.test(segments.join('/'))) segments.splice(-2);
	dropEmpty();
	return segments.join('/');
}

function wrong(what: string, todo: string): EmnifyError {
	return new EmnifyError('input', `Base URL in the Emnify credential ${what}`, todo);
}

function parse(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}

function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
