import { LOCKOUT_MS } from './authenticate';
import { dateAndTime, EmnifyError } from './errors';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A little longer than the lockout, so that no three attempts fall into its time, whoever's clock is ahead. */
const AFTER_LOCKOUT_MS = LOCKOUT_MS + MINUTE_MS;

/**
 * emnify cannot refuse more logins than its limit of 100 in 5 minutes (§2) takes: 29,000 in the longest back-off. Only
 * where several emnifys are in use at once there may be more.
 */
const MOST_REMEMBERED = 30_000;

interface Failure {
	error: EmnifyError;
	/** How often the login was refused since it last succeeded; what left it open does not count. */
	refusals: number;
	/** How often it failed otherwise, since it last succeeded. */
	others: number;
	failedAtMs: number;
	/** Until then n8n does not try it by itself. */
	untilMs: number;
	/** Until then it is not tried where a person asks for it either. */
	untilAskedMs: number;
}

const failures = new Map<string, Failure>();

/**
 * Throws the `EmnifyError` of the last failure while the login that `key` stands for is not to be repeated. Where a person
 * asks for it (the credential's Test button) only the first back-off counts.
 */
export function throwIfHeld(key: string, isAskedFor = false): void {
	const failure = failures.get(key);
	if (!failure) return;
	const nowMs = Date.now();
	const untilMs = isAskedFor ? failure.untilAskedMs : failure.untilMs;
	// A clock that was set back would hold it for as long as that.
	if (nowMs >= untilMs || nowMs < failure.failedAtMs) return;
	const { kind, message, description, facts } = failure.error;
	throw new EmnifyError(
		kind,
		`${message} (not tried again: the same login failed on ${dateAndTime(failure.failedAtMs)})`,
		`${description} n8n logs in again on ${dateAndTime(untilMs)} at the earliest, and at once when the credential is changed.`,
		{
			...facts,
			neverSent: true,
			...(facts.retryAfterSeconds !== undefined && {
				retryAfterSeconds: (untilMs - nowMs) / 1000,
			}),
		},
	);
}

/** Remembers why the login failed, for a time that grows with each failure. */
export function rememberFailure(key: string, error: unknown): void {
	if (!(error instanceof EmnifyError) || error.kind === 'cancelled' || error.kind === 'input')
		return;
	const failedAtMs = Date.now();
	const before = failures.get(key);
	const isRefusal = ['refused', 'rejected', 'mfaNeeded'].includes(error.kind);
	const refusals = (before?.refusals ?? 0) + (isRefusal ? 1 : 0);
	const others = (before?.others ?? 0) + (isRefusal ? 0 : 1);
	const [first, ...next] = backOffMs(error);
	const times = [first, ...next];
	const holdMs = times[Math.min(isRefusal ? refusals : others, times.length) - 1] ?? first;
	failures.delete(key);
	failures.set(key, {
		error,
		refusals,
		others,
		failedAtMs,
		untilMs: failedAtMs + holdMs,
		untilAskedMs: failedAtMs + Math.min(first, holdMs),
	});
	forgetTheLeastNeeded();
}

/** The login succeeded. */
export function forgetFailure(key: string): void {
	failures.delete(key);
}

/**
 * How long to wait after the first failure, the second and so on; the last one holds for all that follow. What counts
 * towards the lockout of the account (`final`) is tried twice, and then once a day: three failures lock it, and nobody knows
 * for how long emnify counts them (§1). Whether a failure without a clear answer counts is unknown too.
 */
function backOffMs({ kind, facts }: EmnifyError): [first: number, ...next: number[]] {
	if (kind === 'locked') return [AFTER_LOCKOUT_MS, HOUR_MS + MINUTE_MS];
	const isRefusal = ['refused', 'rejected', 'mfaNeeded'].includes(kind);
	if (facts.final) {
		if (isRefusal) return [AFTER_LOCKOUT_MS, DAY_MS];
		return [3, 6, 12, 15].map((minutes) => minutes * MINUTE_MS) as [number, ...number[]];
	}
	if (isRefusal)
		return [1, 2, 4, 8, 15].map((minutes) => minutes * MINUTE_MS) as [number, ...number[]];
	if (kind === 'rateLimited') return [(facts.retryAfterSeconds ?? 30) * 1000];
	return [kind === 'notEmnify' ? MINUTE_MS : 3_000];
}

/** What may be tried again first, and with it what failed long ago, makes room; nothing else pushes a failure out. */
function forgetTheLeastNeeded(): void {
	if (failures.size <= MOST_REMEMBERED) return;
	const byEnd = [...failures].sort(([, a], [, b]) => a.untilMs - b.untilMs);
	for (const [key] of byEnd.slice(0, Math.ceil(MOST_REMEMBERED / 10))) failures.delete(key);
}
