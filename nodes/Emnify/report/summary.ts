import type { AuditPolicy } from '../domain/policy';
import type { AuditResult, AuditSummary } from '../domain/summary';
import { scopeInWords } from './scope';
import { summaryText } from './summaryText';

/** An audit's summary for a person and for the nodes after it: what was found, with the text first. */
export function writeSummary(result: AuditResult, policy: AuditPolicy): AuditSummary {
	const { coverage, named, gaps, workspace, organisations, checked_at, ...found } = result;
	const { users_listed, users_checked, users_failed } = coverage;
	const facts = {
		complete: gaps.length === 0,
		gaps,
		workspace,
		organisations,
		checked_at,
		scope: scopeInWords(coverage),
		users_listed,
		users_checked,
		users_failed,
		...found,
	};
	return { text: summaryText(facts, named, policy), ...facts };
}
