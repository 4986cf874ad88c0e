/** Why there is no way to a remote server now. The message is the end of "the server failed: ...", and holds no secret. */
export class WayError extends Error {}
