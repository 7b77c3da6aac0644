// The unit tests by themselves, for Stryker: those that look at the whole package are no measure of a single file.
const { projects } = require('./jest.config');

module.exports = {
	...projects[0],
	displayName: undefined,
	testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
	testPathIgnorePatterns: [
		'/readme\\.test',
		'/imports\\.test',
		'/verification\\.test',
		'/contract\\.test',
	],
};
