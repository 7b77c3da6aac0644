/*
 * Loaded into n8n by `--require`: emnify's limits, which the node knows in advance, scaled down as those of the simulator
 * are. `BENCH_EMNIFY_LIMITS` holds them as JSON.
 */
const Module = require('node:module');

const load = Module._load;

Module._load = function (request, ...more) {
	const loaded = load.call(this, request, ...more);
	if (/\/requestBudget(\.js)?$/.test(request) && loaded.EMNIFY_LIMITS) {
		Object.assign(loaded.EMNIFY_LIMITS, JSON.parse(process.env.BENCH_EMNIFY_LIMITS));
	}
	return loaded;
};
