import fc from 'fast-check';

import type { AuditedDevice } from '../../../nodes/Emnify/domain/auditUser';
import { auditUser } from '../../../nodes/Emnify/domain/auditUser';
import type { AuditPolicy } from '../../../nodes/Emnify/domain/policy';
import { RULE_NAMES, rulesInForce } from '../../../nodes/Emnify/domain/policy';
import {
	devices,
	frozen,
	fullPolicy,
	looseAndTight,
	NOW,
	policy,
	shuffled,
	user,
} from './arbitraries';

const byId = (a: AuditedDevice, b: AuditedDevice) => a.device.id - b.device.id;

/** `<device>/<rule>` of every finding. */
const found = (audited: AuditedDevice[]) =>
	audited.flatMap(({ device, findings }) => findings.map(({ rule }) => `${device.id}/${rule}`));

const runs = { numRuns: 500 };

test('the order of the devices changes nothing but the order of the results', () => {
	const inTwoOrders = devices.chain((given) => fc.tuple(fc.constant(given), shuffled(given)));
	fc.assert(
		fc.property(user, inTwoOrders, policy, (someone, [given, other], rules) => {
			const results = auditUser(someone, given, rules, NOW);
			expect(results.map(({ device }) => device.id)).toEqual(given.map(({ id }) => id));
			expect(auditUser(someone, other, rules, NOW).sort(byId)).toEqual(results.sort(byId));
		}),
		runs,
	);
});

test.each(RULE_NAMES)('tightening %s never removes a finding', (rule) => {
	fc.assert(
		fc.property(user, devices, policy, looseAndTight[rule], (someone, given, rest, settings) => {
			const [loose, tight] = settings.map((setting) =>
				found(auditUser(someone, given, { ...rest, [rule]: setting }, NOW)),
			);
			expect(tight).toEqual(expect.arrayContaining(loose ?? []));
		}),
		runs,
	);
});

test.each(RULE_NAMES)('%s has its own findings, and no say in those of other rules', (rule) => {
	fc.assert(
		fc.property(user, devices, policy, fullPolicy, (someone, given, others, full) => {
			const without: AuditPolicy = { ...others, [rule]: undefined };
			const withIt: AuditPolicy = { ...others, [rule]: full[rule] };
			const findings = (rules: AuditPolicy) =>
				auditUser(someone, given, rules, NOW).map((audited) => audited.findings);
			expect(findings(without)).toEqual(
				findings(withIt).map((all) => all.filter((finding) => finding.rule !== rule)),
			);
			expect(findings({ [rule]: full[rule] })).toEqual(
				findings(withIt).map((all) => all.filter((finding) => finding.rule === rule)),
			);
		}),
		runs,
	);
});

test('findings come from rules in force, one each, in their order; a device is compliant without any', () => {
	fc.assert(
		fc.property(user, devices, policy, (someone, given, rules) => {
			for (const { findings, compliant } of auditUser(someone, given, rules, NOW)) {
				const names = findings.map(({ rule }) => rule);
				expect(names).toEqual(rulesInForce(rules).filter((rule) => names.includes(rule)));
				expect(compliant).toBe(findings.length === 0);
				for (const { message } of findings) expect(message).toMatch(/^\p{Lu}.*[^.]$/su);
			}
		}),
		runs,
	);
});

test('maxDevicesPerUser finds exactly the excess', () => {
	fc.assert(
		fc.property(user, devices, fc.nat(9), (someone, given, most) => {
			const audited = auditUser(someone, given, { maxDevicesPerUser: most }, NOW);
			expect(found(audited)).toHaveLength(Math.max(0, given.length - most));
		}),
		runs,
	);
});

test('changes nothing of what it is given, and gives away nothing of it', () => {
	fc.assert(
		fc.property(user, devices, policy, (someone, given, rules) => {
			const results = auditUser(frozen(someone), frozen(given), frozen(rules), NOW);
			for (const { user: copy, device, findings } of results) {
				expect([copy, device, findings].some(Object.isFrozen)).toBe(false);
			}
		}),
	);
});
