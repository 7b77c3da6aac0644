import { revokeTrust, trustedDevicesOf } from '../../endpoints/trustedDevices';
import { userIdOf } from '../../endpoints/users';
import { deviceIdField, readDeviceId } from '../../fields/deviceId';
import { readUser, userField } from '../../fields/user';
import { defineOperation } from '../operation';

/** Endpoint 8 (§1). */
export const deleteDevice = defineOperation({
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete trusted device',
		description: 'Revoke the trust: the next login from that browser needs the second factor again',
	},
	fields: [userField, deviceIdField],
	access: 'write',
	read: (item) => ({
		user: readUser('User', item.field('user'), item),
		deviceId: readDeviceId('Trusted Device', item.field('deviceId')),
	}),
	async run(client, { user, deviceId }) {
		const userId = await userIdOf(client, user);
		await revokeTrust(client, user, deviceId);
		return [deleted(userId, deviceId)];
	},
	whenOpen: {
		advice:
			'Nobody knows whether the device is deleted: Trusted Device → Get Many shows whether it is still there.',
		async lookUp(client, { user, deviceId }) {
			const left = await trustedDevicesOf(client, user);
			if (left.some(({ id }) => String(id) === deviceId)) return 'notDone';
			return [deleted(await userIdOf(client, user), deviceId)];
		},
	},
});

const deleted = (userId: number, deviceId: string) => ({
	deleted: true,
	user_id: userId,
	device_id: Number(deviceId),
});
