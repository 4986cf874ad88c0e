/**
 * Seconds without a byte after which a proxy may give up. The gateway's streams have a comment every 20 s, and a call
 * answers with headers before that.
 */
export const IDLE_SECONDS = 300;
/** Seconds that a proxy keeps an unused connection to the fleet: fewer than the 75 after which the fleet closes it. */
export const KEPT_SECONDS = 60;
/** MiB of a request's body: more than the fleet's own 4, so that its error reaches the client. */
export const BODY_MIB = 5;
/** The header with a request's id, which the fleet's answers and its audit log carry. */
export const REQUEST_ID = "X-Request-Id";
/** Where clients read how to sign in (RFC 9728). */
export const METADATA = "/.well-known/oauth-protected-resource";
