/*
 * Loaded into each n8n process of the cluster by `--require`: each HTTP request says which process sends it, and under
 * which process ID, so that the simulator's record tells who logged in, and whom to kill.
 */
const { subscribe } = require('node:diagnostics_channel');

subscribe('http.client.request.created', ({ request }) => {
	request.setHeader('x-sent-by', `${process.env.CLUSTER_PROCESS_NAME} ${process.pid}`);
});
