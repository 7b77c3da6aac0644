import type { AuditPolicy } from '../domain/policy';
import type { AuditResult, AuditSummary } from '../domain/summary';
import { markdownOf, wordsInMarkdown, type Block } from './blocks';
import { htmlOf } from './emailHtml';
import { scopeInWords } from './scope';
import { summaryBlocks } from './summaryBlocks';

/**
 * An audit's summary for a person and for the nodes after it: what was found, with the text first. `more` is said after
 * that, in both forms of the text.
 */
export function writeSummary(
	result: AuditResult,
	policy: AuditPolicy,
	more: Block[] = [],
): AuditSummary {
	const { coverage, named, gaps, workspace, organisations, checked_at, ...found } = result;
	const { users_listed, users_checked, users_failed } = coverage;
	const { oldest_device, failed_users, ...counts } = found;
	const scope = scopeInWords(coverage);
	const facts = {
		workspace,
		checked_at,
		scope: wordsInMarkdown(scope),
		complete: gaps.length === 0,
		gaps,
		...counts,
		users_listed,
		users_checked,
		users_failed,
		failed_users,
		oldest_device,
		organisations,
	};
	const blocks = [...summaryBlocks({ ...facts, scope }, named, policy), ...more];
	return { text: markdownOf(blocks), html: htmlOf(blocks), ...facts };
}
