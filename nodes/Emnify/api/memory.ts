import { createHash } from 'crypto';

const MOST_REMEMBERED = 500;

/** What this process remembers of the newest 500 logins or secrets, by a digest of them. */
export class BoundedMap<Value> {
	private readonly values = new Map<string, Value>();

	get(key: string): Value | undefined {
		return this.values.get(key);
	}

	/** Sets the value, and makes its key the newest. */
	set(key: string, value: Value): void {
		this.values.delete(key);
		this.values.set(key, value);
		const oldest = this.values.keys().next();
		if (this.values.size > MOST_REMEMBERED && !oldest.done) this.values.delete(oldest.value);
	}
}

/** The SHA-256 of a text, in hexadecimal: the name of what must not be a key in clear. */
export function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
