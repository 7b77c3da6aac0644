import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

import { EmnifyError, emnifyErrorIn } from '../api/errors';

/** How much a failing run had done, for the account in its error. */
export interface Progress {
	done: number;
	total: number;
}

/**
 * Turns whatever was thrown into n8n's own error, with the item's index. It carries no cause: n8n stores it whole.
 * What is not ours (a fault of n8n or of this node) keeps its message.
 */
export function toNodeError(
	node: INode,
	thrown: unknown,
	itemIndex?: number,
	progress?: Progress,
): NodeApiError | NodeOperationError {
	if (thrown instanceof NodeOperationError || thrown instanceof NodeApiError) return thrown;
	const ofItem = itemIndex === undefined ? {} : { itemIndex };
	const error = emnifyErrorIn(thrown);
	if (!error) {
		const message = thrown instanceof Error ? thrown.message : String(thrown);
		return new NodeOperationError(node, message, ofItem);
	}
	const description = [error.description, progressInWords(progress)]
		.filter((text) => text)
		.join(' ');
	if (error.kind === 'input') {
		return new NodeOperationError(node, error.message, { description, ...ofItem });
	}
	const { httpStatus } = error.facts;
	return new NodeApiError(node, factsOf(error), {
		message: error.message,
		description,
		...(httpStatus !== undefined && { httpCode: String(httpStatus) }),
		...ofItem,
	});
}

function factsOf({ kind, facts }: EmnifyError): JsonObject {
	return { kind, ...(facts.errorToken !== undefined && { errorToken: facts.errorToken }) };
}

function progressInWords(progress: Progress | undefined): string {
	if (!progress || progress.done === 0) return '';
	return `${progress.done} of ${progress.total} items were done before this.`;
}
