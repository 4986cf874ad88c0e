import assert from "node:assert/strict";
import { cannotMapOwners } from "../../../../stack/folders/file-systems";

const [EXT4, BTRFS, TMPFS, OVERLAY, NFS, FUSE] = [0xef53, 0x9123683e, 0x01021994, 0x794c7630, 0x6969, 0x65735546];

describe("where owners cannot be mapped", () => {
  const cases: [number, string, string | undefined][] = [
    [EXT4, "6.18.44-fc-v857", undefined],
    [EXT4, "5.12.0", undefined],
    [EXT4, "5.14.0-503.el9.x86_64", undefined],
    [EXT4, "5.10.0-33-amd64", "kernel 5.10.0-33-amd64, which cannot map owners (5.12 and newer can)"],
    [EXT4, "4.18.0", "kernel 4.18.0, which cannot map owners (5.12 and newer can)"],
    [BTRFS, "5.14.1", "on btrfs with kernel 5.14.1, which cannot map owners there (5.15 and newer can)"],
    [TMPFS, "6.1.0", "on tmpfs with kernel 6.1.0, which cannot map owners there (6.3 and newer can)"],
    [TMPFS, "6.12.0", undefined],
    [FUSE, "6.8.0", "on FUSE with kernel 6.8.0, which cannot map owners there (6.12 and newer can)"],
    [OVERLAY, "6.18.0", "on overlay, which cannot map owners"],
    [NFS, "6.18.0", "on NFS, which cannot map owners"],
    [0x1234, "6.18.0", undefined],
  ];
  for (const [magic, release, expected] of cases) {
    it(`${magic.toString(16)} with ${release}: ${expected ?? "they can"}`, () =>
      assert.equal(cannotMapOwners(magic, release), expected));
  }
});
