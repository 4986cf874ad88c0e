/** Share of a server's memory limit that idle sessions may fill; the rest is for what calls allocate. */
const FILL = 0.92;

/** Memory that a server's container used at a number of connections. */
export interface MemorySample {
  /** Bytes, without the page cache of files: all processes share that, and a shortage frees it. */
  usage: number;
  /** Bytes. */
  limit: number;
  connections: number;
}

/**
 * Returns the number of connections that a server may have: the manifest's, or fewer when its memory limit would not
 * hold them, each as large as those of the sample. Never less than the connections it has, so that none is ended, and
 * never less than one: the memory of a session is only known once there is one.
 * @param max `sessions.max` of the manifest
 */
export function connectionCap(max: number, connections: number, sample: MemorySample | undefined): number {
  if (!sample || sample.connections === 0) return max;
  const each = Math.max(sample.usage / sample.connections, 1);
  return Math.min(max, Math.max(1, connections, Math.floor((sample.limit * FILL) / each)));
}
