// Mutation tests: each small fault that is planted must make a unit test fail. Slow, so weekly in CI and not in `npm test`.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	testRunner: 'jest',
	jest: {
		projectType: 'custom',
		configFile: 'jest.mutation.config.js',
		enableFindRelatedTests: true,
	},
	// What decides: the way to emnify, what is asked of it, the reading of fields, and the audit. Forms are no decisions:
	// they are worked out when their file is loaded.
	mutate: [
		'nodes/Emnify/{api,endpoints,fields,domain,report}/**/*.ts',
		'!nodes/Emnify/**/types.ts',
	],
	// The wording is proved in the integration tests: to plant faults in each text would measure nothing else.
	mutator: { excludedMutations: ['StringLiteral'] },
	ignorePatterns: ['dist', 'artifacts', '.cache', 'docs/screenshots', 'tools/real-n8n/pinned'],
	coverageAnalysis: 'perTest',
	// What is worked out once, when a file is loaded, would need all tests for each mutant.
	ignoreStatic: true,
	concurrency: 2,
	timeoutMS: 10_000,
	reporters: ['clear-text', 'html', 'json'],
	clearTextReporter: { allowColor: false, logTests: false },
	htmlReporter: { fileName: 'artifacts/mutation/index.html' },
	jsonReporter: { fileName: 'artifacts/mutation/report.json' },
	tempDirName: 'artifacts/mutation/tmp',
	thresholds: { high: 95, low: 90, break: 85 },
};
