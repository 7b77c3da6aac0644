/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */
// n8n logs each failure to the terminal, and in these tests failures are meant. Loaded before `n8n-core`, which reads it once.
process.env.N8N_LOG_LEVEL ??= 'silent';
