/**
 * Poll times for a test, every five seconds. One time each minute is the most that n8n allows, and it allows several such
 * times.
 */
export const everyFiveSeconds = {
	item: Array.from({ length: 12 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${index * 5} * * * * *`,
	})),
};

/** Whether a trigger that watches all users has begun its second poll: the first one lists them once more, to learn whose they are. */
export const isFirstPollOver = (simulator: { count(endpoint: string): number }): boolean =>
	simulator.count('GET /api/v1/user') >= 3;
