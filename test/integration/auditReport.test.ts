import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { seed } from '../../simulator';
import type { NodeRun } from './engine';
import { pair, useEmnify } from './support';

// Trusted Device → Audit: the report file, and what a dry run shows to whoever is to approve it.

const { start } = useEmnify();
const { ids } = seed;

const audit = (fields: INodeParameters = {}) =>
	pair('trustedDevice', 'audit', { scope: 'all', policy: { maxAgeDays: 59 }, ...fields });

const fileOf = (item: INodeExecutionData | undefined) => {
	const { data = '', ...file } = item?.binary?.report ?? {};
	return { ...file, text: Buffer.from(data, 'base64').toString('utf8') };
};

const hintsOf = ({ stored }: NodeRun) =>
	stored.data.resultData.runData.Emnify?.[0]?.hints?.map(({ message }) => message) ?? [];

const startsAt = new Date('2026-11-25T09:00:00Z');

describe('the report file', () => {
	test.each(['findings', 'devices', 'summary'])(
		'is a page on the first item of %s alone, with all findings',
		async (output) => {
			const { run, simulator } = await start({ startsAt });
			const { items, error } = await run(audit({ output, report: 'html' }));
			expect(error).toBeUndefined();
			const { text, ...file } = fileOf(items[0]);
			expect(file).toMatchObject({
				fileName: 'emnify-audit-2026-11-25.html',
				mimeType: 'text/html',
				fileExtension: 'html',
			});
			expect(text).toMatch(/^<!doctype html>/i);
			expect(text).toContain('Acme Fleet');
			expect(text).toContain('Trusted for 400 days, more than 59');
			expect(text).toContain('Internet Explorer 11');
			expect(items.filter(({ binary }) => binary !== undefined)).toHaveLength(1);
			expect(simulator.count('GET /api/v1/organisation/my')).toBe(1);
		},
	);

	test('is a table with a row for each finding, and for each user who could not be read', async () => {
		const { run, simulator } = await start({ startsAt });
		simulator.faults.next(
			{ kind: 'status', status: 403 },
			{ endpoint: 'GET /api/v1/user/{user_id}/mfa/trusted_device' },
		);
		const { items, json } = await run(audit({ report: 'csv', policy: { flagMissingData: true } }));
		const { text, ...file } = fileOf(items[0]);
		expect(file).toMatchObject({
			fileName: 'emnify-audit-2026-11-25.csv',
			mimeType: 'text/csv',
		});
		expect(text.startsWith('\uFEFFid,reason,severity,rule,')).toBe(true);
		expect(text.trim().split('\r\n')).toHaveLength(json.length + 1);
		expect(text).toContain('unreadable:user:');
	});

	test('comes with an item of its own where nothing was found', async () => {
		const { run } = await start();
		const found = await run(audit({ report: 'html', policy: { maxAgeDays: 9999 } }));
		// Of one device the date is unknown.
		expect(found.json).toHaveLength(1);
		const { json, items } = await run(
			audit({
				report: 'html',
				scope: 'filtered',
				filters: { name: 'Otis' },
				policy: { maxAgeDays: 9999 },
			}),
		);
		expect(json).toEqual([
			{
				findings: 0,
				text: expect.stringMatching(/no findings/),
				html: expect.stringMatching(/^<table/),
			},
		]);
		expect(items[0]?.pairedItem).toEqual({ item: 0 });
		expect(fileOf(items[0]).text).toMatch(/^<!doctype html>/i);
	});

	test('is not made unless it is asked for', async () => {
		const { run, simulator } = await start();
		const { items } = await run(audit());
		expect(items.some(({ binary }) => binary !== undefined)).toBe(false);
		expect(simulator.count('GET /api/v1/organisation/my')).toBe(0);
	});
});

describe('a dry run', () => {
	const dryRun = (fields: INodeParameters = {}) =>
		audit({
			revoke: 'dryRun',
			revokeRules: ['maxAgeDays'],
			maxRevocations: 3,
			output: 'summary',
			...fields,
		});

	test('lists in its text, device by device, what a run would do, and whose they are', async () => {
		const bench = await start();
		const { json } = await bench.run(dryRun());
		const text = String(json[0]?.text);
		const [, listed = ''] = text.split('*Dry run:* ');
		expect(listed.split('\n')[0]).toBe(
			'3 would be revoked, 6 left for the next run (Max Revocations). Nothing was changed.',
		);
		const would = listed.split('\n').filter((line) => line.endsWith(': would be revoked'));
		expect(would).toEqual([
			'- `dora.klein@acme-fleet.example`, `Safari 18 on macOS 15`, device 11081: would be revoked',
			'- `max.devlin@acme-fleet.example`, `Safari 18 on macOS 15`, device 11110: would be revoked',
			'- `max.devlin@acme-fleet.example`, `Edge 141 on Windows 11`, device 11109: would be revoked',
		]);
		expect(json[0]?.html).toContain('would be revoked');

		await bench.run(dryRun({ revoke: 'revoke' }));
		const left = [...bench.simulator.world.users.values()].flatMap(({ trustedDevices }) =>
			trustedDevices.map(({ id }) => id),
		);
		for (const id of [11081, 11110, 11109]) expect(left).not.toContain(id);
		expect(left).toContain(ids.expiredDevice);
	});

	test('says above the output that nothing was changed, and what is over the cap', async () => {
		const { run } = await start();
		expect(hintsOf(await run(dryRun()))).toEqual([
			'Dry run: 3 devices would be revoked. Nothing was changed.',
			'Max Revocations is 3: 6 more devices are left for the next run.',
		]);
		const revoked = await run(dryRun({ revoke: 'revoke', maxRevocations: 8 }));
		expect(hintsOf(revoked)).toEqual([
			'Max Revocations is 8: 1 more device is left for the next run.',
		]);
	});

	test('of an audit without findings, it is said why nothing follows', async () => {
		const { run } = await start();
		const nothing = await run(
			audit({ scope: 'filtered', filters: { name: 'Otis' }, policy: { maxAgeDays: 9999 } }),
		);
		expect(nothing.json).toEqual([]);
		expect(hintsOf(nothing)).toEqual([
			'Nothing found, so the nodes after this one do not run. For a message in each case, choose Summary as the output.',
		]);
	});
});
