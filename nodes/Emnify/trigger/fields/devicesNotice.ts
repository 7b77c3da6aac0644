import type { INodeProperties } from 'n8n-workflow';

import { eventsFrom } from '../events';

export const devicesNotice: INodeProperties = {
	displayName:
		'Each poll sends one request for each user to read the trusted devices, and another one to read roles and MFA keys. emnify allows 2,000 requests in 5 minutes for your IP address. With more than 300 users, poll every 5 minutes or less often. With more than 1,500 users (750 if both are chosen), each poll reads a part of them in turn.',
	name: 'devicesNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { events: [...eventsFrom('devices'), ...eventsFrom('details')] } },
};
