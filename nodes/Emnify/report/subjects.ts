import type { AuditedDevice, AuditedUser } from '../domain/auditUser';
import { quoted, type Words } from './blocks';

/** A user for a sentence. */
export function userInWords({ id, username }: Pick<AuditedUser, 'id' | 'username'>): Words {
	return quoted(username) ?? [id === null ? 'a user without a name' : `user ${id}`];
}

/** A device for a sentence: `Edge 141 on Windows 11`, as far as that is known. */
export function deviceInWords({ id, browser, operating_system }: AuditedDevice['device']): Words {
	const known = [browser, operating_system].filter((text) => text !== null && text.trim() !== '');
	return quoted(known.join(' on ')) ?? [`device ${id}`];
}
