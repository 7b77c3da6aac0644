import fc from 'fast-check';

import { reportCsv } from '../../../nodes/Emnify/report/reportCsv';
import { fuzzRuns } from '../../fuzz';
import { HOSTILE, hostileText } from './hostile';
import { finding, report } from './reports';

const BASE =
	'id,reason,severity,rule,user.id,user.username,user.name,user.status,device.id,device.operating_system,device.browser,device.activation_date,age_days,trusted_until';

/** Reads a file as RFC 4180 writes it. Throws where it is not one. */
function read(csv: string): string[][] {
	if (!csv.startsWith('\uFEFF')) throw new Error('no byte order mark');
	const rows: string[][] = [[]];
	const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
	field.lastIndex = 1;
	while (field.lastIndex < csv.length) {
		const at = field.lastIndex;
		const match = field.exec(csv);
		if (!match) throw new Error(`no field at ${at}: ${csv.slice(at, at + 40)}`);
		rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
		if (match[3] === '\r\n') rows.push([]);
	}
	if (rows.pop()?.length !== 0) throw new Error('the last line does not end');
	return rows;
}

/** The file's rows as objects, by its heads. */
function readRows(csv: string) {
	const [heads = [], ...rows] = read(csv);
	return rows.map((row) => {
		expect(row).toHaveLength(heads.length);
		return Object.fromEntries(row.map((value, index) => [heads[index] ?? '', value]));
	});
}

describe('the CSV file', () => {
	test('has a row a finding, the worst first, and a column a fact', () => {
		const csv = reportCsv(
			report({
				findings: [
					finding({ id: 'b', age_days: null }),
					finding({ id: 'a', severity: 'high', reason: 'Browser “Opera, 9” is not on the list' }),
					finding({ id: 'c', reason: 'Trusted for 9 days, more than 8' }),
				],
			}),
		);
		expect(csv.split('\r\n')).toEqual([
			`\uFEFF${BASE}`,
			'a,"Browser “Opera, 9” is not on the list",high,maxAgeDays,105,otis.berg@acme.example,Otis Berg,Active,11051,Windows 11,Edge 141,2025-12-16T12:00:00.000Z,75,2026-03-16T12:00:00.000Z',
			expect.stringMatching(/^c,/) as string,
			expect.stringMatching(/^b,.*,,2026-03-16T12:00:00.000Z$/) as string,
			'',
		]);
	});

	test('has its heads where nothing was found, and on a user of whom no device could be read', () => {
		expect(reportCsv(report())).toBe(`\uFEFF${BASE}\r\n`);
		const [row] = readRows(reportCsv(report({ findings: [finding({ device: null })] })));
		expect(row).toMatchObject({ 'user.id': '105', 'device.id': '' });
	});

	test('has a column more for each fact more, a list in one cell', () => {
		const more = { addresses: ['203.0.113.7', '=1+1'], mfa_key: { id: 7 }, detail: [{ a: 1 }] };
		const csv = reportCsv(report({ findings: [finding(), { ...finding(), ...more }] }));
		expect(
			readRows(csv).map(({ addresses, detail, ...row }) => [addresses, detail, row['mfa_key.id']]),
		).toEqual([
			['', '', ''],
			['203.0.113.7; =1+1', '{"a":1}', '7'],
		]);
	});

	test('is the sheet where there is one', () => {
		const columns = [
			{ key: 'user.username', label: 'User' },
			{ key: 'roles', label: 'Roles' },
		];
		const rows = [{ user: { username: 'otis', name: 'not shown' }, roles: ['User', 'Observer'] }];
		const csv = reportCsv(report({ findings: [finding()], sheet: { title: 'x', columns, rows } }));
		expect(csv).toBe('\uFEFFuser.username,roles\r\notis,User; Observer\r\n');
	});

	test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', ' =1+1', '\n=1', '="a","b"', '＝1'])(
		'puts an apostrophe before %j',
		(name) => {
			const user = { id: 1, username: 'x', name, status: null };
			const [row] = readRows(reportCsv(report({ findings: [finding({ user })] })));
			expect(row?.['user.name']).toBe(`'${name}`);
		},
	);

	test('can be read back, whatever somebody calls himself, and nothing in it is a formula', () => {
		fc.assert(
			fc.property(hostileText, hostileText, (name, browser) => {
				const user = { id: 1, username: name, name, status: null };
				const device = { id: 2, operating_system: null, browser, activation_date: null };
				const rows = readRows(reportCsv(report({ findings: [finding({ user, device })] })));
				expect(rows).toHaveLength(1);
				const same = (text: string) => text.replace(/[\0\p{Cs}]/gu, '\uFFFD');
				expect([same(name), `'${same(name)}`]).toContain(rows[0]?.['user.name']);
				expect([same(browser), `'${same(browser)}`]).toContain(rows[0]?.['device.browser']);
				for (const value of Object.values(rows[0] ?? {})) expect(value).not.toMatch(/^[=+\-@\t\r]/);
			}),
			{ ...fuzzRuns(300), examples: HOSTILE.map((name): [string, string] => [name, name]) },
		);
	});
});
