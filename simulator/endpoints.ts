/**
 * Every endpoint the simulator answers. `number` is the row of the table in contract §1 for the eight
 * endpoints of the authentication API; the others come from the section named. `paths` are the forms
 * it is reached by; the forms for one's own devices share the label of the `{user_id}` form.
 */
export const endpoints = [
	{
		label: 'POST /api/v1/authenticate',
		section: '§1',
		number: 1,
		paths: ['/api/v1/authenticate'],
	},
	{ label: 'POST /api/v1/user/mfa', section: '§1', number: 2, paths: ['/api/v1/user/mfa'] },
	{
		label: 'PATCH /api/v1/user/mfa/{key_id}',
		section: '§1',
		number: 3,
		paths: ['/api/v1/user/mfa/{key_id}'],
	},
	{
		label: 'DELETE /api/v1/user/{user_id}/mfa/{key_id}',
		section: '§1',
		number: 4,
		paths: ['/api/v1/user/{user_id}/mfa/{key_id}'],
	},
	{
		label: 'GET /api/v1/user/mfa/status',
		section: '§1',
		number: 5,
		paths: ['/api/v1/user/mfa/status'],
	},
	{
		label: 'GET /api/v1/user/mfa/type',
		section: '§1',
		number: 6,
		paths: ['/api/v1/user/mfa/type'],
	},
	{
		label: 'GET /api/v1/user/{user_id}/mfa/trusted_device',
		section: '§1',
		number: 7,
		paths: ['/api/v1/user/{user_id}/mfa/trusted_device', '/api/v1/user/mfa/trusted_device'],
	},
	{
		label: 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}',
		section: '§1',
		number: 8,
		paths: [
			'/api/v1/user/{user_id}/mfa/trusted_device/{device_id}',
			'/api/v1/user/mfa/trusted_device/{device_id}',
		],
	},
	{ label: 'GET /api/v1/user', section: '§5', number: undefined, paths: ['/api/v1/user'] },
	{
		label: 'GET /api/v1/user/{user_id}',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/user/{user_id}'],
	},
	{
		label: 'GET /api/v1/user/status',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/user/status'],
	},
	{
		label: 'GET /api/v1/user/role',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/user/role'],
	},
	{
		label: 'GET /api/v1/user/{user_id}/event',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/user/{user_id}/event'],
	},
	{
		label: 'GET /api/v2/user/{user_id}/workspace',
		section: '§5',
		number: undefined,
		paths: ['/api/v2/user/{user_id}/workspace'],
	},
	{
		label: 'GET /api/v1/organisation/my',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/organisation/my'],
	},
	{ label: 'GET /api/v1/event', section: '§5', number: undefined, paths: ['/api/v1/event'] },
	{
		label: 'GET /api/v1/event/type',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/event/type'],
	},
	{
		label: 'GET /api/v1/application_token',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/application_token'],
	},
	{
		label: 'POST /api/v1/application_token',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/application_token'],
	},
	{
		label: 'PATCH /api/v1/application_token/{id}',
		section: '§5',
		number: undefined,
		paths: ['/api/v1/application_token/{id}'],
	},
	{ label: 'GET /api/v1/sim', section: '§2', number: undefined, paths: ['/api/v1/sim'] },
] as const;

export type Endpoint = (typeof endpoints)[number];
export type EndpointLabel = Endpoint['label'];

/** The label of requests that go to none of the endpoints. */
export const unknownEndpoint = 'unknown';
