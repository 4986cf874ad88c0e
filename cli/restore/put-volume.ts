import type Docker from "dockerode";
import type { Outputs } from "../../stack/outputs";
import { runOnVolume } from "../backup/source/on-volume";
import { CliError } from "../errors";

/** What was there goes, then what comes is unpacked, with owners, modes and attributes. */
const FILL = `set -e
cd /volume
[ "$1" = keep ] || find . -mindepth 1 -delete
if tar --version 2>/dev/null | grep -q GNU; then more="--xattrs --xattrs-include=* --acls"; fi
set -f
exec tar $more --numeric-owner -xpf -`;

/**
 * Fills a volume of the stopped engine with a part of a backup.
 * @param part `volumes/KEY.tar`, or `storage/...`, which goes into the management layer's volume, filled before
 */
export async function putVolume(
  docker: Docker,
  image: string,
  volumes: Outputs["volumes"],
  part: string,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const [, key] = /^volumes\/(\w+)\.tar$/.exec(part) ?? [];
  const volume = key ? volumes[key] : part.startsWith("storage/") ? volumes.orchestrator : undefined;
  if (!volume) throw new CliError(`the backup has a part ${part}, and the stack no place for it`);
  const command = ["sh", "-c", FILL, "fill", key ? "empty" : "keep"];
  for await (const _ of runOnVolume(docker, { image, volume, command, what: `volume ${volume}`, input: content }));
}
