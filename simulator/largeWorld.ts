import { after } from './clock';
import { addAdministrator, seed } from './seed';
import { roles, userStatuses, World } from './world';

/**
 * One organisation of exactly `users` users with `devicesPerUser` devices each, for benchmarks. The
 * first user is `seed.administrator`, and `seed.applicationToken` logs in as them. Every third user has
 * a TOTP key, every twentieth is suspended, and the devices are up to 119 days old.
 */
export function createWorld(options: { users: number; devicesPerUser: number; now: Date }): World {
	const { users, devicesPerUser, now } = options;
	const world = new World(after(now, { days: -500 }));
	addAdministrator(world);
	for (let index = 1; index < users; index += 1) {
		const user = world.addUser({
			username: `user${index}@acme-fleet.example`,
			name: `User ${index}`,
			organisationId: seed.ids.acme,
			roleIds: [index % 10 === 0 ? roles.observer.id : roles.user.id],
			statusId: index % 20 === 0 ? userStatuses.suspended.id : userStatuses.active.id,
		});
		if (index % 3 === 0) world.addMfaKey(user.id, { secret: 'FAKELARGEWORLDSECRETAAAAAAAAAAAA' });
	}
	let device = 0;
	for (const id of world.users.keys()) {
		for (let index = 0; index < devicesPerUser; index += 1) {
			world.addTrustedDevice(id, {
				operatingSystem: device % 2 === 0 ? 'Windows 11' : 'macOS 15',
				browser: device % 3 === 0 ? 'Firefox 143' : 'Chrome 140',
				activatedAt: after(now, { days: -(device % 120), hours: -1 }),
			});
			device += 1;
		}
	}
	return world;
}
