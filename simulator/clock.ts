/** A length of time; the given parts are added up. */
export interface Duration {
	days?: number;
	hours?: number;
	minutes?: number;
	seconds?: number;
}

/** The length of a duration in milliseconds. */
export function milliseconds({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Duration): number {
	return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** The time that lies a duration after `from`, or before it where the duration is negative. */
export function after(from: Date, duration: Duration): Date {
	return new Date(from.getTime() + milliseconds(duration));
}

/**
 * The simulator's time: runs on in real time from where it was put, and can be moved forwards.
 * Tokens, codes, lockouts, rate windows and the `Date` header of every answer go by it.
 */
export class Clock {
	/** Milliseconds between this clock and the machine's. */
	private offset: number;

	constructor(startsAt: Date = new Date()) {
		this.offset = startsAt.getTime() - Date.now();
	}

	now(): Date {
		return new Date(Date.now() + this.offset);
	}

	/**
	 * Moves the clock forwards.
	 *
	 * @throws RangeError for a negative duration: nothing here bears a time that runs backwards.
	 */
	advance(duration: Duration): void {
		const distance = milliseconds(duration);
		if (!(distance >= 0)) throw new RangeError('The clock only moves forwards');
		this.offset += distance;
	}
}
