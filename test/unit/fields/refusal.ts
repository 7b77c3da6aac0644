import { EmnifyError } from '../../../nodes/Emnify/api/errors';

/** The message with which a reader refuses a field, before anything is sent; `undefined` where it takes it. */
export function refusalOf(read: () => unknown): string | undefined {
	try {
		read();
	} catch (error) {
		expect(error).toBeInstanceOf(EmnifyError);
		expect(error).toMatchObject({ kind: 'input' });
		return (error as EmnifyError).message;
	}
	return undefined;
}
