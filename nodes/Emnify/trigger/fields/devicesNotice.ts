import type { INodeProperties } from 'n8n-workflow';

import { eventsFrom } from '../events';

export const devicesNotice: INodeProperties = {
	displayName:
		'To notice changes of trusted devices, each poll sends one request for each user, another one for administrators and new MFA keys, and emnify allows 2,000 requests in 5 minutes for your IP address. With more than 300 users, poll every 5 minutes or less often. With more than 1,500 users (750 where both are chosen), a poll reads so many, in turn.',
	name: 'devicesNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { events: [...eventsFrom('devices'), ...eventsFrom('details')] } },
};
