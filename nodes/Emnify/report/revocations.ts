import type { RevocationOutcome, RevokedDevice, RevokeMode } from '../domain/revocation';
import type { Block, Words } from './blocks';
import { deviceInWords, userInWords } from './subjects';

/** So many devices of each outcome are listed; the items, or the report file, list all. */
const MOST_LISTED = 100;

const OUTCOMES: Record<RevocationOutcome, string> = {
	would_be_revoked: 'would be revoked',
	revoked: 'revoked',
	gone_already: 'gone already',
	failed: 'not revoked',
	unknown: 'perhaps revoked',
	over_limit: 'left for the next run (Max Revocations)',
	not_tried: 'not tried after too many failures in a row',
};

const NAMES = Object.keys(OUTCOMES) as RevocationOutcome[];

/** `3 revoked, 2 left for the next run (Max Revocations)`, or `nothing to revoke`. */
function revocationsInWords(devices: RevokedDevice[]): string {
	const parts = NAMES.flatMap((outcome) => {
		const amount = devices.filter(({ revocation }) => revocation.outcome === outcome).length;
		return amount === 0 ? [] : [`${amount} ${OUTCOMES[outcome]}`];
	});
	return parts.length > 0 ? parts.join(', ') : 'nothing to revoke';
}

/** The same for a report, whose findings say what became of each device. */
export function revocationNotes(mode: RevokeMode, devices: RevokedDevice[]): string[] {
	if (mode === 'none') return [];
	const heading = mode === 'dryRun' ? 'Dry run, nothing was changed' : 'Revocation';
	return [`${heading}: ${revocationsInWords(devices)}.`];
}

/** What was done, or in a dry run would be done, device by device, in the order in which it is done. */
export function revocationBlocks(mode: RevokeMode, devices: RevokedDevice[]): Block[] {
	if (mode === 'none') return [];
	const lead = mode === 'dryRun' ? 'Dry run:' : 'Revocation:';
	const words = [
		`${revocationsInWords(devices)}${mode === 'dryRun' ? '. Nothing was changed.' : ''}`,
	];
	const ordered = NAMES.flatMap((outcome) =>
		devices.filter(({ revocation }) => revocation.outcome === outcome),
	);
	const rows = ordered.slice(0, MOST_LISTED).map(rowOf);
	return [
		{ kind: 'paragraph', lead, words },
		...(rows.length === 0
			? []
			: [{ kind: 'table' as const, columns: COLUMNS, rows, more: ordered.length - rows.length }]),
	];
}

const COLUMNS = [
	{ label: 'User', before: '' },
	{ label: 'Device', before: ', ' },
	{ label: 'Device ID', before: ', device ' },
	{ label: 'Outcome', before: ': ' },
];

function rowOf({ device: { user, device }, revocation }: RevokedDevice): Words[] {
	return [
		userInWords(user),
		deviceInWords(device),
		[String(device.id)],
		[OUTCOMES[revocation.outcome]],
	];
}
