// Whether dist/ is what the sources say now. The build leaves a hash of its sources in dist/, and what runs dist/ compares.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const SOURCES = ['nodes', 'credentials', 'icons', 'tsconfig.json', 'gulpfile.js'];

/** One hash of all that the build in a checkout is made from: which files there are, and what is in them. */
function hashSources(checkout) {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of filesIn(path.join(checkout, source))) {
			hash.update(JSON.stringify([path.relative(checkout, file), readFileSync(file, 'base64')]));
		}
	}
	return hash.digest('hex');
}

function filesIn(source) {
	if (path.extname(source) !== '') return [source];
	return readdirSync(source, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.sort();
}

const stampIn = (checkout) => path.join(checkout, 'dist', '.sources');

/** Says that dist/ is made from the sources with this hash; package.json leaves the stamp out of the package. */
function stamp(checkout, hash) {
	writeFileSync(stampIn(checkout), hash);
}

/**
 * @throws Error that says what to do, where dist/ was not built from what the sources hold now
 */
function refuseStaleBuild(checkout) {
	const file = stampIn(checkout);
	if (existsSync(file) && readFileSync(file, 'utf8') === hashSources(checkout)) return;
	throw new Error(
		'dist/ is not built from the sources as they are now, and these tests run dist/. Run `npm run build`, then the tests again.',
	);
}

module.exports = { hashSources, stamp, refuseStaleBuild };
