// The unit tests by themselves, for Stryker: those that look at the whole package are no measure of a single
// file, and fuzzing takes long for what it shows of a single mutant.
const { projects } = require('./jest.config');

module.exports = {
	...projects[0],
	displayName: undefined,
	testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
	testPathIgnorePatterns: [
		'\\.fuzz\\.test',
		'/readme\\.test',
		'/imports\\.test',
		'/verification\\.test',
		'/contract\\.test',
		'/architecture\\.test',
	],
	testRunner: '<rootDir>/test/mutation/jest-circus.js',
	setupFilesAfterEnv: ['<rootDir>/test/mutation/setup.js'],
};
