/** Part of a server's memory limit that sessions may fill; the rest is for what a call allocates. */
const FILL = 0.92;

/** What a server's container used when it had so many connections. */
export interface MemorySample {
  /** Bytes. */
  usage: number;
  /** Bytes. */
  limit: number;
  connections: number;
}

/**
 * How many connections a server may have: what the manifest says, or fewer when its memory limit would not hold them.
 * Today's connections stay, and one is always allowed: what a session takes is only known once there is one.
 * @param max sessions.max of the manifest
 */
export function connectionCap(max: number, connections: number, sample: MemorySample | undefined): number {
  if (!sample || sample.connections === 0) return max;
  const each = Math.max(sample.usage / sample.connections, 1);
  const expected = sample.usage + each * Math.max(0, connections - sample.connections);
  const room = Math.max(0, Math.floor((sample.limit * FILL - expected) / each));
  return Math.min(max, Math.max(1, connections + room));
}
