/** Share of a server's memory limit that idle sessions may fill; the rest is for what calls allocate. */
const FILL = 0.92;

/** Memory that a server's container used at a number of connections. */
export interface MemorySample {
  /** Bytes. */
  usage: number;
  /** Bytes. */
  limit: number;
  connections: number;
}

/**
 * Returns the number of connections that a server may have: the manifest's, or fewer when its memory limit would not
 * hold them. Never less than the connections it has, so that none is ended, and never less than one: the memory of a
 * session is only known once there is one.
 * @param max `sessions.max` of the manifest
 */
export function connectionCap(max: number, connections: number, sample: MemorySample | undefined): number {
  if (!sample || sample.connections === 0) return max;
  const each = Math.max(sample.usage / sample.connections, 1);
  const expected = sample.usage + each * Math.max(0, connections - sample.connections);
  const room = Math.max(0, Math.floor((sample.limit * FILL - expected) / each));
  return Math.min(max, Math.max(1, connections + room));
}
