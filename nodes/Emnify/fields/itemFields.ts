/** The fields of one item, as filled in and with their expressions evaluated for that item. */
export interface ItemFields {
	/** The time zone of the workflow, such as `Europe/Berlin`: what a date without a zone is meant in. */
	timezone: string;
	/** Whether the credential logs in as a user: only then “Me” is somebody (§1). */
	actsAsUser: boolean;
	/** The value of a field, or `undefined` where it is not shown. */
	field(name: string): unknown;
}
