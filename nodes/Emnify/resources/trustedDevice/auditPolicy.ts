import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { givenText } from '../../api/text';
import { RULE_NAMES, rulesInForce, type AuditPolicy, type RuleName } from '../../domain/policy';
import { readBoolean } from '../../fields/boolean';
import { readCollection } from '../../fields/collection';
import { DATE_TIME, readDateTime } from '../../fields/dateTime';
import type { ItemFields } from '../../fields/itemFields';
import { badValue } from '../../fields/locator';
import { entriesOf, plainText } from '../../fields/text';

const ONE_OR_MORE = 'Separate several with commas. <code>*</code> stands for any text';

/** What the audit checks: each rule is one of the collection's fields, and is called by its name. */
export const policyField: INodeProperties = {
	displayName: 'Policy',
	name: 'policy',
	type: 'collection',
	placeholder: 'Add rule',
	default: { maxAgeDays: 60, flagInactiveUsers: true, flagMissingData: true },
	description: 'The rules to check. A device that breaks one has a finding.',
	options: [
		{
			displayName: 'Activated After',
			name: 'activatedAfter',
			type: 'dateTime',
			default: '',
			description:
				'Find devices that became trusted after this moment, such as the last audit. In an expression: <code>{{ $now.minus({ days: 7 }) }}</code>.',
		},
		{
			displayName: 'Allowed Browsers',
			name: 'allowedBrowsers',
			type: 'string',
			default: '',
			placeholder: 'e.g. Firefox*, Chrome*',
			description: `Find devices whose browser is not in this list, or not known. ${ONE_OR_MORE}.`,
		},
		{
			displayName: 'Allowed Operating Systems',
			name: 'allowedOperatingSystems',
			type: 'string',
			default: '',
			placeholder: 'e.g. Windows 11*, macOS*',
			description: `Find devices whose operating system is not in this list, or not known. ${ONE_OR_MORE}.`,
		},
		{
			displayName: 'Expiring Within (Days)',
			name: 'expiringWithinDays',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 7,
			description: 'Find devices whose trust, which lasts 90 days, ends within this number of days',
		},
		{
			displayName: 'Flag Inactive Users',
			name: 'flagInactiveUsers',
			type: 'boolean',
			default: true,
			description:
				'Whether to find every device of a user who is not active, such as a suspended one, or whose status is unknown',
		},
		{
			displayName: 'Flag Missing Data',
			name: 'flagMissingData',
			type: 'boolean',
			default: true,
			description:
				'Whether to find devices without a browser, an operating system or a sensible activation date',
		},
		{
			displayName: 'Max Age (Days)',
			name: 'maxAgeDays',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 60,
			description:
				'Find devices that have been trusted for more days than this, or whose activation date is unknown',
		},
		{
			displayName: 'Max Devices per User',
			name: 'maxDevicesPerUser',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 3,
			description: 'Find a user’s devices except the newest ones, up to this number',
		},
	],
};

/** The rules for a multi-options field, called as in Policy. */
export const ruleOptions: INodePropertyOptions[] = (policyField.options as INodeProperties[]).map(
	({ displayName, name }) => ({ name: displayName, value: name }),
);

/** Reads the Policy field. Throws an `EmnifyError` (`input`) for what a rule cannot be set to. */
export function readPolicy(item: ItemFields): AuditPolicy {
	const rules = readCollection('Policy', item.field('policy'));
	const policy: AuditPolicy = {};
	for (const rule of ['maxAgeDays', 'expiringWithinDays', 'maxDevicesPerUser'] as const) {
		if (rule in rules) policy[rule] = readCount(rule, rules[rule]);
	}
	for (const rule of ['allowedOperatingSystems', 'allowedBrowsers'] as const) {
		if (rule in rules) policy[rule] = readPatterns(rule, rules[rule]);
	}
	for (const rule of ['flagInactiveUsers', 'flagMissingData'] as const) {
		if (rule in rules) policy[rule] = readBoolean(nameOf(rule), rules[rule] ?? '');
	}
	if ('activatedAfter' in rules) {
		const instant = readDateTime(nameOf('activatedAfter'), rules.activatedAfter, item.timezone);
		if (!instant) throw badValue(nameOf('activatedAfter'), '', DATE_TIME);
		policy.activatedAfter = instant;
	}
	return policy;
}

/** Reads a choice of rules that must be in force. Throws an `EmnifyError` (`input`) for none, or one that is not. */
export function readRules(field: string, value: unknown, policy: AuditPolicy): RuleName[] {
	const chosen = entriesOf(value);
	if (chosen.length === 0) throw badValue(field, '', 'at least one rule');
	for (const name of chosen) {
		if (rulesInForce(policy).some((rule) => rule === name)) continue;
		throw new EmnifyError(
			'input',
			`${field} names ${ruleOptions.find((option) => option.value === name)?.name ?? 'a rule'}, which is not in Policy`,
			'Add the rule to Policy, or take it out here.',
		);
	}
	return RULE_NAMES.filter((rule) => chosen.some((name) => name === rule));
}

const nameOf = (rule: RuleName) =>
	String(ruleOptions.find(({ value }) => value === rule)?.name ?? rule);

function readCount(rule: RuleName, value: unknown): number {
	const text = plainText(value);
	if (/^\d{1,6}$/.test(text)) return Number(text);
	throw badValue(nameOf(rule), value, 'a whole number, 0 or more');
}

function readPatterns(rule: RuleName, value: unknown): string[] {
	const patterns = entriesOf(value).map((pattern) => givenText(nameOf(rule), pattern));
	if (patterns.length > 0 && !patterns.includes('')) return patterns;
	throw badValue(nameOf(rule), '', 'at least one name, such as Firefox*');
}
