/**
 * First id of the gateway's own requests. Ids stay below 2^31, as some servers read 32-bit integers. They are this
 * large because a client's ids may share the connection, and clients count up from 0 or 1.
 */
const FIRST = 2_147_000_000;
const COUNT = 400_000;

let next = 0;

/** Returns an id for a request of the gateway's own. It is an integer, as not every server accepts a string. */
export function ownId(): number {
  return FIRST + (next++ % COUNT);
}
