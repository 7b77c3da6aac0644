import { refuseStaleBuild } from '../../tools/build/sources';
import { checkout } from '../../tools/real-n8n/paths';

/** The tests run what is in dist/: without this, one would pass on what the sources no longer say. */
export default function globalSetup(): void {
	refuseStaleBuild(checkout);
}
