import { createWorld, type World } from '../../simulator';

/** One organisation of `users` users with two or three devices each. */
export function worldOf(users: number): World {
	const now = new Date();
	const world = createWorld({ users, devicesPerUser: 2, now });
	for (const [index, id] of [...world.users.keys()].entries()) {
		if (index % 2 === 0) continue;
		world.addTrustedDevice(id, {
			operatingSystem: 'iOS 26',
			browser: 'Safari 26',
			activatedAt: new Date(now.getTime() - (index % 90) * 24 * 60 * 60 * 1000),
		});
	}
	return world;
}

export function devicesIn(world: World): number {
	let devices = 0;
	for (const user of world.users.values()) devices += user.trustedDevices.length;
	return devices;
}
