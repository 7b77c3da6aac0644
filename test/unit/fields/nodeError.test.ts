import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import { EmnifyError } from '../../../nodes/Emnify/api/errors';
import { toNodeError } from '../../../nodes/Emnify/fields/nodeError';

const node: INode = {
	id: '1',
	name: 'Emnify',
	type: 'n8n-nodes-emnify.emnify',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const refused = new EmnifyError('rejected', 'Could not do it', 'Try another.', {
	httpStatus: 404,
	errorToken: 'NotFound',
});

test('a refusal of emnify keeps its words, its status and its token, and has the item', () => {
	const error = toNodeError(node, refused, 3);
	expect(error).toBeInstanceOf(NodeApiError);
	expect(error).toMatchObject({
		message: 'Could not do it',
		description: 'Try another.',
		httpCode: '404',
		context: { itemIndex: 3 },
		errorResponse: { kind: 'rejected', errorToken: 'NotFound' },
	});
});

test('where no answer came there is neither status nor token', () => {
	const error = toNodeError(node, new EmnifyError('timeout', 'Nothing came', 'Wait.'));
	expect(error).toBeInstanceOf(NodeApiError);
	expect((error as NodeApiError).httpCode).toBeNull();
	expect(error.errorResponse).toStrictEqual({ kind: 'timeout' });
});

test('a field that cannot be used is no refusal of emnify', () => {
	const error = toNodeError(node, new EmnifyError('input', 'User is empty', 'Enter it.'), 2);
	expect(error).toBeInstanceOf(NodeOperationError);
	expect(error).toMatchObject({
		message: 'User is empty',
		description: 'Enter it.',
		context: { itemIndex: 2 },
	});
});

test.each([
	[{ done: 2, total: 5 }, 'Try another. 2 of 5 items were done before this.'],
	[{ done: 0, total: 5 }, 'Try another.'],
	[undefined, 'Try another.'],
])('what was done before is said: %j', (progress, description) => {
	expect(toNodeError(node, refused, 0, progress).description).toBe(description);
});

test('what n8n made already stays as it is', () => {
	for (const error of [
		new NodeOperationError(node, 'mine'),
		new NodeApiError(node, { message: 'theirs' }),
	]) {
		expect(toNodeError(node, error, 1)).toBe(error);
	}
});

test('what n8n wrapped is found in it', () => {
	const wrapped = new Error('Request failed', { cause: refused });
	expect(toNodeError(node, wrapped).message).toBe('Could not do it');
});

test.each([
	['a fault', new TypeError('x is not a function'), 'x is not a function'],
	['a text', 'a text', 'a text'],
	['nothing', undefined, 'undefined'],
])('%s keeps its message', (_what, thrown, message) => {
	const error = toNodeError(node, thrown, 4);
	expect(error).toBeInstanceOf(NodeOperationError);
	expect(error).toMatchObject({ message, context: { itemIndex: 4 } });
});
