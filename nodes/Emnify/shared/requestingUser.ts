/** Who acts under an application token is undocumented (§1): what to do where emnify knows nobody. */
export const REQUESTING_USER_ADVICE =
	'This operation is for the user who is logged in, and emnify may know none for an application token. Use a credential with User Credentials.';
