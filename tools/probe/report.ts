import type { Fact } from './facts';
import type { Verdict } from './verdict';

/** What the probe saw, without anything of the account. */
export interface Findings {
	packageVersion: string;
	nodeVersion: string;
	/** When, as a day. */
	day: string;
	/** `an application token` or `a user`. */
	login: string;
	/** `cdn.emnify.net` or `another address`. */
	server: string;
	requests: number;
	/** Why not everything was asked. */
	stopped?: string;
	verdicts: Array<{ fact: Fact; verdict: Verdict }>;
}

const GRADES = { R: 'recorded', D: 'documented', I: 'inferred', U: 'unknown' };

const SECTIONS: Record<number, string> = {
	1: 'Authentication and MFA',
	2: 'Limits',
	3: 'Refusals',
	4: 'Pages, filters, order',
	5: 'Users, events, application tokens, Workspaces',
	6: 'Data streams',
};

/** The differences with which the node is wrong. */
export function unhandledIn({ verdicts }: Findings): Array<{ fact: Fact; verdict: Verdict }> {
	return verdicts.filter(({ verdict }) => verdict.kind === 'different' && !verdict.handled);
}

/** The report in Markdown, to be pasted into an issue. */
export function toMarkdown(findings: Findings): string {
	const { verdicts } = findings;
	const count = (kind: Verdict['kind']) =>
		verdicts.filter(({ verdict }) => verdict.kind === kind).length;
	const unhandled = unhandledIn(findings);
	const sections = Object.entries(SECTIONS).map(([number, title]) => {
		const rows = verdicts.filter(({ fact }) => fact.section === Number(number)).map(row);
		return [`## ${number}. ${title}`, '', ...HEAD, ...rows, ''].join('\n');
	});
	return [
		'# The real emnify, compared with what n8n-nodes-emnify assumes',
		'',
		`n8n-nodes-emnify ${findings.packageVersion}, Node.js ${findings.nodeVersion}, ${findings.day}. Logged in with ${findings.login} to ${findings.server}; ${findings.requests} GETs. Names, addresses, IDs and tokens are left out.`,
		'',
		`**${count('as assumed')} as assumed, ${count('different')} different, ${count('not seen')} could not be seen.**`,
		'',
		unhandled.length === 0
			? 'The node handles every difference.'
			: `**With ${unhandled.length} of the differences the node would be wrong:** ${unhandled.map(({ fact }) => `\`${fact.id}\``).join(', ')}.`,
		...(findings.stopped === undefined
			? []
			: ['', `Not everything was asked: ${findings.stopped}.`]),
		'',
		...sections,
	].join('\n');
}

const HEAD = ['| Fact | Grade | Assumed | Seen |', '| --- | --- | --- | --- |'];

function row({ fact, verdict }: Findings['verdicts'][number]): string {
	const cells = [`\`${fact.id}\``, GRADES[fact.grade], fact.assumed, seen(fact, verdict)];
	return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
}

function seen({ otherwise }: Fact, verdict: Verdict): string {
	if (verdict.kind === 'as assumed') {
		return verdict.how ? `as assumed (${verdict.how})` : 'as assumed';
	}
	if (verdict.kind === 'not seen') return `could not be seen (${verdict.why})`;
	const consequence = verdict.handled
		? `The node handles it: ${otherwise}`
		: `**The node would be wrong:** ${otherwise}`;
	return `**different** (${verdict.how}). ${consequence}`;
}
