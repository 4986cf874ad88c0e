/** What a file system is called, and the first kernel whose mounts of it can map owners; 0 = none so far. */
type Kind = [name: string, since: number];

/** By `statfs`' magic number (linux/magic.h). One that is not here is tried: the engine's log says when it cannot. */
const KINDS: Record<number, Kind> = {
  ...{ 61267: ["ext4", 5.12], 1481003842: ["xfs", 5.12], 19780: ["vfat", 5.12] },
  ...{ 2435016766: ["btrfs", 5.15], 1936094318: ["ntfs3", 5.15], 4076150800: ["f2fs", 5.18] },
  ...{ 16914836: ["tmpfs", 6.03], 12805120: ["cephfs", 6.07], 1702057286: ["FUSE", 6.12] },
  ...{ 2035054128: ["overlay", 0], 26985: ["NFS", 0], 4283649346: ["CIFS", 0], 4266872130: ["SMB", 0] },
  ...{ 16914839: ["9p", 0], 61791: ["eCryptfs", 0], 20859: ["SMB", 0] },
};

/** The first kernel with idmapped mounts. */
const FIRST = 5.12;

/** A release like "6.18.44-fc" as a number that compares: 6.18; minor versions below 10 as 6.03. */
function version(release: string): number {
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(major) + Number(minor) / 100;
}

/**
 * Says why owners cannot be mapped there; undefined when they can, or when nobody knows.
 * @param magic the file system's number, as `statfs` gives it
 * @param release the kernel's, as `uname -r` gives it
 */
export function cannotMapOwners(magic: number, release: string): string | undefined {
  const kernel = version(release);
  if (kernel < FIRST) return `kernel ${release}, which cannot map owners (5.12 and newer can)`;
  const [name, since] = KINDS[magic] ?? ["", FIRST];
  if (since === 0) return `on ${name}, which cannot map owners`;
  const shown = since.toFixed(2).replace(/\.0(?=\d)/, ".");
  return kernel < since
    ? `on ${name} with kernel ${release}, which cannot map owners there (${shown} and newer can)`
    : undefined;
}
