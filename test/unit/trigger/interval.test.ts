import { intervalAdvice } from '../../../nodes/Emnify/trigger/interval';

const DEVICES = ['trusted_device_added'] as const;
const BOTH = ['trusted_device_added', 'administrator_added'] as const;

test.each([
	[300, DEVICES, 1, undefined],
	[301, DEVICES, 1, 2],
	[301, DEVICES, 2, undefined],
	[151, BOTH, 1, 2],
	[1200, DEVICES, 3, 4],
	[9000, DEVICES, 4, 5],
	[9000, DEVICES, 5, undefined],
	// Somebody who switches the workflow off and on.
	[9000, DEVICES, 0, undefined],
])('%d users with %j, polled every %d minutes: %s', (users, events, minutes, fitting) => {
	const advice = intervalAdvice(users, [...events], minutes);
	if (fitting === undefined) expect(advice).toBeUndefined();
	else expect(advice).toMatch(`Poll every ${fitting} minutes or less often.`);
});
