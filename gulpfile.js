// The build: TypeScript to dist, and beside the compiled code the icons and JSON files that n8n reads from disk.
const { execFile } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { promisify } = require('node:util');
const { dest, parallel, series, src, watch } = require('gulp');
const { hashSources, stamp } = require('./tools/build/sources');

const run = promisify(execFile);

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

async function compile() {
	try {
		await run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json']);
	} catch (failure) {
		throw new Error(failure.stdout || failure.message);
	}
}

function copyIcons() {
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

function copyJson() {
	return src('nodes/**/*.json').pipe(dest('dist/nodes'));
}

/** What is saved while this runs is not in the stamp: then dist/ counts as stale. */
function all(done) {
	const hash = hashSources(__dirname);
	return series(parallel(compile, copyIcons, copyJson), async () => stamp(__dirname, hash))(done);
}

exports.build = series(clean, all);
exports.dev = series(exports.build, () => watch(['nodes/**', 'credentials/**', 'icons/**'], all));
