// Three projects: `unit` and `integration` are `npm test`, `e2e` needs the real n8n (`npm run test:e2e`).
const project = (name, options = {}) => ({
	displayName: name,
	rootDir: __dirname,
	testEnvironment: 'node',
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	modulePathIgnorePatterns: ['<rootDir>/.cache/'],
	transform: {
		'\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	...options,
});

module.exports = {
	// A worker a core: n8n stops a regular expression after 250 ms of the clock, which a starved worker exceeds.
	maxWorkers: '100%',
	// A test fails by what it finds, not because the machine is slow: this only ends what hangs.
	testTimeout: 300_000,
	projects: [
		project('unit', {
			testMatch: ['<rootDir>/{test/unit,simulator,tools}/**/*.test.ts'],
		}),
		project('integration', {
			globalSetup: '<rootDir>/test/integration/globalSetup.ts',
			setupFiles: ['<rootDir>/test/integration/quiet.ts'],
		}),
		project('e2e', { globalSetup: '<rootDir>/test/e2e/globalSetup.ts' }),
	],
};
