import { setTimeout as sleep } from "node:timers/promises";
import { type EngineClient, statusOf } from "../../../../lib/docker-client";
import { MEBIBYTE } from "../../../../lib/sizes";

/** Bytes that a copy may write into its root file system, for which Docker has no quota. */
export const MOST_WRITTEN = 2_048 * MEBIBYTE;
const EVERY_MS = 5_000;

/** Bytes in a container's root file system that are not its image's; 0 when it is gone. */
export async function writtenBy({ streams }: EngineClient, id: string): Promise<number> {
  const listed = await streams.listContainers({ all: true, size: true, filters: { id: [id] } });
  return ((listed[0] ?? {}) as { SizeRw?: number }).SizeRw ?? 0;
}

/** Kills a container that has written more than it may, and tells; looks every 5 s, until the signal. */
export async function killWhenFull(
  client: EngineClient,
  id: string,
  { signal, told }: { signal: AbortSignal; told: () => void },
): Promise<void> {
  while (!signal.aborted) {
    // Without an answer it is looked at again 5 s later.
    if ((await writtenBy(client, id).catch(() => 0)) > MOST_WRITTEN) {
      told();
      // A kill counts as a stop by hand: its restart policy does not start it again.
      await client.api.getContainer(id).kill().catch(ignoreGone);
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** 404: it is gone; 409: it has ended. */
function ignoreGone(error: unknown): void {
  if (![404, 409].includes(statusOf(error) ?? 0)) throw error;
}
