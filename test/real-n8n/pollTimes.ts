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
