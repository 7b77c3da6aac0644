// Stryker loads every test file from which the mutated file can be reached, though few of its tests run, and goes on after
// the first failure. This runner of test files passes over those without such a test, and ends with the first failure:
// the mutants are the same, and so are those that survive. It needs jest-circus in its name: Stryker looks for that.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { createRequire } = require('node:module');

// Those that jest itself uses.
const jestRequire = createRequire(createRequire(require.resolve('jest')).resolve('@jest/core'));
const runTests = jestRequire(jestRequire('jest-config').defaults.testRunner).default;
const { createEmptyTestResult } = jestRequire('@jest/test-result');

/** The names of the tests in each file, as the run without a mutant found them. A file: Stryker's processes come and go. */
const NAMES = join(__dirname, '../../artifacts/mutation/names.json');
const names = readNames();

/** The runs, each of one mutant, in which a test has failed. */
const failed = new WeakSet();

module.exports = async (globalConfig, config, environment, runtime, testPath, ...more) => {
	const isMutated = process.env.__STRYKER_ACTIVE_MUTANT__ !== undefined;
	if (isMutated && (failed.has(globalConfig) || !hasTest(testPath, globalConfig.testNamePattern))) {
		return passedOver(testPath);
	}
	if (isMutated) endWithFirstFailure(environment);
	const result = await runTests(globalConfig, config, environment, runtime, testPath, ...more);
	if (result.numFailingTests > 0) failed.add(globalConfig);
	if (!isMutated) keepNames(testPath, result.testResults);
	return result;
};

/** A file without any test would count as broken. */
function passedOver(testFilePath) {
	const test = {
		ancestorTitles: [],
		failureMessages: [],
		fullName: '',
		status: 'pending',
		title: '',
	};
	const result = { ...createEmptyTestResult(), testFilePath };
	return { ...result, numPendingTests: 1, testResults: [test] };
}

function hasTest(testPath, pattern) {
	if (!pattern || !names[testPath]) return true;
	const wanted = new RegExp(pattern, 'i');
	return names[testPath].some((name) => wanted.test(name));
}

function endWithFirstFailure(environment) {
	const handle = environment.handleTestEvent?.bind(environment);
	let hasFailed = false;
	environment.handleTestEvent = async (event, state) => {
		if (event.name === 'test_start' && hasFailed) event.test.mode = 'skip';
		if (event.name === 'test_done' && event.test.errors.length > 0) hasFailed = true;
		await handle?.(event, state);
	};
}

function readNames() {
	try {
		return JSON.parse(readFileSync(NAMES, 'utf8'));
	} catch {
		return {};
	}
}

function keepNames(testPath, results) {
	names[testPath] = results.map(({ fullName }) => fullName);
	mkdirSync(dirname(NAMES), { recursive: true });
	writeFileSync(NAMES, JSON.stringify(names));
}
