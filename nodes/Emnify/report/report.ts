import type { Finding } from '../domain/finding';
import type { Organisation } from '../domain/summary';

/**
 * What an audit's file shows: of `trustedDevice: audit` and of `workspace: audit` alike. All text is plain, neither Markdown
 * nor HTML; what others call themselves may stand in it as it is: `reportHtml(report)` and `reportCsv(report)` escape it.
 */
export interface Report {
	/** `Trusted-device audit`. */
	title: string;
	/** `null` where it may not be read. */
	workspace: Organisation | null;
	/** When the audit began, by emnify's clock: ISO 8601. */
	checked_at: string;
	/** Which users were meant, in words: `All users`. */
	scope: string;
	/** Whether all that was meant was read. */
	complete: boolean;
	/** What was not checked, a sentence each without a full stop, the worst first; empty where the audit is complete. */
	gaps: string[];
	users_listed: number;
	users_checked: number;
	users_failed: number;
	/** The first of the users who could not be read, and why; `users_failed` counts all. */
	failed_users: Array<{ id: number | null; username: string | null; message: string }>;
	devices: number;
	/** Whole days since each device became trusted, `null` where that is unknown, in any order; empty: no chart of them. */
	device_ages: Array<number | null>;
	/** The rules that were checked, in the order of their form; empty: nothing was judged, only counted. */
	checks: Check[];
	/** In any order. Accepted ones are not among them. */
	findings: ReportFinding[];
	/** The findings for which an exception holds. */
	accepted: AcceptedFinding[];
	/** More to know, a sentence each: what was revoked, exceptions that match nothing. */
	notes: string[];
	/** A table of its own, such as the access review; the CSV is this one then. */
	sheet: Sheet | null;
}

/** A rule, and what a person does about what it finds. */
export interface Check {
	/** As in {@link Finding}. */
	rule: string;
	/** `Age`. */
	label: string;
	/** What it was set to: `more than 60 days, or unknown`; `null` where there is nothing to set. */
	detail: string | null;
	/** A sentence or two, imperative: what to do about its findings. */
	advice: string;
}

/** A finding, with whatever else the audit says of it: the CSV has a column for each of its keys. */
export interface ReportFinding extends Finding {
	/** Of `changes`: `new`, `worse`, `better`, `resolved`. */
	change?: string;
	revocation?: { outcome: string; message?: string };
}

export interface AcceptedFinding extends Finding {
	/** `until` is a date, ISO 8601. */
	accepted: { reason: string; until: string };
}

/** A table with columns of one's own. */
export interface Sheet {
	/** `Access review`. */
	title: string;
	/** `key` is a dotted path into the row, and the column's name in the CSV; `label` is its head in the page. */
	columns: Array<{ key: string; label: string }>;
	rows: object[];
}
