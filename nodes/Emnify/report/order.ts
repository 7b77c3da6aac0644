import { SEVERITIES, type Finding } from '../domain/finding';

const collator = new Intl.Collator('en', { numeric: true });

/** The findings as a person reads them: the worst first, then by their reason. */
export function inOrder<Found extends Finding>(findings: Found[]): Found[] {
	const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
	return [...findings].sort(
		(a, b) =>
			rank(a) - rank(b) || collator.compare(a.reason, b.reason) || collator.compare(a.id, b.id),
	);
}
