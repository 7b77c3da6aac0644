/** So many reads are under way at once. */
export const CONCURRENT_READS = 10;
