import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { seed, startSimulator, type Simulator } from '../../simulator';

// What n8n serves of this package, and the Test button of its credential. The sessions: session.test.ts.

jest.setTimeout(60_000);

let n8n: RealN8n;
let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
	n8n = await startRealN8n();
}, 600_000);

afterAll(async () => {
	await n8n?.stop();
	await simulator?.stop();
});

async function testOf(applicationToken: string, baseUrl = simulator.url) {
	const data = { applicationToken, baseUrl };
	const credential = await n8n.rest.createCredential({ name: 'Emnify account', data });
	return await n8n.rest.testCredential(credential, data);
}

test('the credential test says OK for the seeded token', async () => {
	expect(await testOf(seed.applicationToken)).toMatchObject({ status: 'OK' });
});

test('it says OK again when the saved credential is opened and its token is blanked', async () => {
	const data = { applicationToken: seed.applicationToken, baseUrl: simulator.url };
	const credential = await n8n.rest.createCredential({ name: 'Emnify account', data });
	const opened = await n8n.rest.getCredential(credential.id, { includeData: true });

	expect(opened.data.applicationToken).not.toBe(seed.applicationToken);
	expect(await n8n.rest.testCredential(credential)).toMatchObject({ status: 'OK' });
});

test.each([
	['a wrong token', 'fake-wrong-token', undefined, /did not accept the application token/],
	['a revoked token', seed.revokedApplicationToken, undefined, /application token/],
	['a host that does not answer', seed.applicationToken, 'http://127.0.0.1:1', /127\.0\.0\.1:1/],
	['an address without https', seed.applicationToken, 'http://emnify.example', /https/],
])('the credential test says why for %s', async (_, token, baseUrl, why) => {
	const result = await testOf(token, baseUrl);

	expect(result).toEqual({ status: 'Error', message: expect.stringMatching(why) });
	expect(result.message).not.toContain(token);
});

test('n8n serves the node, the credential type and their icons', async () => {
	const node = (await n8n.rest.nodeTypes()).find(({ name }) => name === 'n8n-nodes-emnify.emnify');
	const credential = (await n8n.rest.credentialTypes()).find(({ name }) => name === 'emnifyApi');

	expect(node).toMatchObject({ displayName: 'Emnify', version: 1 });
	expect(credential).toMatchObject({ displayName: 'Emnify API' });
	for (const { iconUrl } of [node, credential] as Array<{ iconUrl: object }>) {
		expect(Object.keys(iconUrl)).toEqual(['light', 'dark']);
		for (const icon of Object.values(iconUrl)) {
			const answer = await fetch(`${n8n.url}/${icon}`);
			expect(answer.headers.get('content-type')).toMatch('image/svg+xml');
		}
	}
});
