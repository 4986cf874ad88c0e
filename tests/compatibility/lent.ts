import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../support/fleet/command";
import { OWNER } from "../support/fleet/lent-folders";

/** A project folder of a user of this machine: a git repository with one commit, and a file that is in none. */
export interface Project {
  path: string;
  /** Files in it that are not the user's, `.git` included. */
  notTheirs(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Makes one. Its owner is no user that a server has. */
export async function makeProject(): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), "dind-mcp-project-"));
  await chmod(root, 0o755);
  const path = join(root, "code");
  await mkdir(path);
  const git = (...args: string[]) => must("git", ["-C", path, ...args]);
  await git("init", "-q");
  await git("config", "user.name", "Me");
  await git("config", "user.email", "me@example.com");
  await git("commit", "-q", "--allow-empty", "-m", "Begun");
  await writeFile(join(path, "new.txt"), "boils at noon\n");
  await must("chown", ["-R", `${OWNER}:${OWNER}`, path]);
  await chown(path, OWNER, OWNER);
  await chmod(path, 0o700);
  return {
    path,
    notTheirs: async () => (await must("find", [path, "!", "-uid", `${OWNER}`])).split("\n").filter(Boolean),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
