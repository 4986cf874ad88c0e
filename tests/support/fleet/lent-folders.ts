import { copyFileSync, type Stats } from "node:fs";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./command";

/** A user of the host, whose folders they are. */
export const OWNER = 4_711;

/** Two folders of a user of the host, and a third that nobody lends. */
export interface LentFolders {
  code: string;
  docs: string;
  /** Its one file is `secret.txt`. */
  private: string;
  remove(): Promise<void>;
}

/** Makes them, with what somebody might try: a link out of it, a set-user-id program, a device. */
export async function makeFolders(): Promise<LentFolders> {
  const root = await mkdtemp(join(tmpdir(), "dind-mcp-lent-"));
  await chmod(root, 0o755);
  const [code, docs, mine] = ["code", "docs", "private"].map((name) => join(root, name)) as [string, string, string];
  for (const [folder, file] of [
    [code, "mine.txt"],
    [docs, "mine.txt"],
    [mine, "secret.txt"],
  ] as const) {
    await mkdir(folder);
    await writeFile(join(folder, file), "from the host", { mode: 0o600 });
    copyFileSync("/bin/id", join(folder, "suid"));
    await must("mknod", ["-m", "0666", join(folder, "kmsg"), "c", "1", "11"]);
    await symlink(join(mine, "secret.txt"), join(folder, "out"));
    for (const name of ["suid", "kmsg", file]) await chown(join(folder, name), OWNER, OWNER);
    await chmod(join(folder, "suid"), 0o4755);
    await chown(folder, OWNER, OWNER);
    await chmod(folder, 0o700);
  }
  return { code, docs, private: mine, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Puts a link to another folder in a folder's place, as its owner could. Returns what undoes it. */
export async function swapFor(folder: string, other: string): Promise<() => Promise<void>> {
  await rename(folder, `${folder}.away`);
  await symlink(other, folder);
  return async () => {
    await rm(folder);
    await rename(`${folder}.away`, folder);
  };
}

/** Whose the entries of a folder are on the host, by name. */
export async function ownersIn(folder: string): Promise<Record<string, string>> {
  const owner = ({ uid, gid }: Stats): string => `${uid}:${gid}`;
  const names = await readdir(folder);
  const owners = names.map(async (name) => [name, owner(await lstat(join(folder, name)))] as const);
  return Object.fromEntries(await Promise.all(owners));
}
