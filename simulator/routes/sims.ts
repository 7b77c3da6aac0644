import { cutPage, readFilters, sorted } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { ok } from '../service';

/**
 * `GET /sim`, a list endpoint that contract §2 names: the SIM cards of the caller's organisation,
 * in the order they were added unless sorted. The fields that can be filtered (exactly) and sorted by are undocumented.
 *
 * @throws ApiError 422 for an unknown filter or sort
 */
export function listSims(call: Call): Answer {
	const { caller, query, service } = call;
	const filters = readFilters(query, ['id', 'iccid', 'status']);
	const matching = [...service.world.sims.values()].filter(
		(card) =>
			card.organisationId === caller.organisationId &&
			(filters.get('id') ?? String(card.id)) === String(card.id) &&
			(filters.get('iccid') ?? card.iccid) === card.iccid &&
			(filters.get('status') ?? String(card.statusId)) === String(card.statusId),
	);
	const inOrder = sorted(matching, query, {
		id: (card) => card.id,
		iccid: (card) => card.iccid,
		status: (card) => card.statusId,
	});
	const page = cutPage(inOrder, call);
	return ok(page.items.map(present.sim), page.headers);
}
