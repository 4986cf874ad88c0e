import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { type OnVolume, runOnVolume, VOLUME } from "./on-volume";

/** Where a volume's content comes from. */
export interface CopyOptions extends Pick<OnVolume, "image" | "volume"> {
  /** Paths in it, `.` for all. */
  paths: string[];
  /** Paths that are left out. @default [] */
  exclude?: string[];
}

/** GNU's tar keeps more: extended attributes, and files with holes as small as they are. */
const TAR = `if tar --version 2>/dev/null | grep -q GNU; then more="--xattrs --xattrs-include=* --acls --sparse"; fi
set -f
exec tar $more --numeric-owner -C ${VOLUME} -cf - "$@"`;

/** Exit code of GNU's tar: a file changed while it was read. What is appended to a log then is not in the copy. */
const CHANGED = 1;

/** A volume's content as a tar archive, while others go on writing to it. */
export function volumeCopy(
  docker: Docker,
  { image, volume, paths, exclude = [] }: CopyOptions,
): AsyncGenerator<Buffer> {
  const command = ["sh", "-c", TAR, "tar", ...exclude.map((path) => `--exclude=${path}`), ...paths];
  return runOnVolume(docker, { image, volume, command, what: `volume ${volume}`, fine: [0, CHANGED] });
}

/** Names in a folder of a volume, sorted; none when it is not there. */
export async function namesOn(
  docker: Docker,
  { image, volume }: Pick<OnVolume, "image" | "volume">,
  folder: string,
): Promise<string[]> {
  const command = ["sh", "-c", `ls -A ${VOLUME}/${folder} 2>/dev/null || true`];
  const names = await text(runOnVolume(docker, { image, volume, command, what: `volume ${volume}` }));
  return names.split("\n").filter(Boolean).sort();
}
