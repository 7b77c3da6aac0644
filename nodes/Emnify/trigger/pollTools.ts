import type { EmnifyClient } from '../api/client';
import type { Budget } from './budget';
import type { Directory } from './directory';

/** What a poll works with. */
export interface PollTools {
	client: EmnifyClient;
	directory: Directory;
	budget: Budget;
	/** Logs a warning in n8n's log. */
	warn(message: string): void;
	/** Logs the warning called `name` once, as long as n8n runs. */
	warnOnce(name: string, message: string): void;
}
