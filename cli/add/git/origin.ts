import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import { progress } from "../../output";
import { localServer, notesOf } from "../local/local-server";
import type { Origin } from "../origin";
import { git, tried } from "./run";
import { type GitSource, shownUrl } from "./source";

/**
 * A server from a Git repository at a commit: its files are copied, as those of a folder of the user's are. What is
 * fetched is what the commit's digits say, whoever serves it.
 * @throws CliError when there is no such commit, or nothing tells how it starts
 */
export async function gitOrigin(source: GitSource, options: { args: string[]; program?: string }): Promise<Origin> {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-git-"));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const where = shownUrl(source.url);
    await progress(`fetching ${where}`, checkedOut(source, folder));
    const inside = insideOf(folder, source);
    const last = (source.subfolder ?? where).split("/").findLast(Boolean) ?? "server";
    const local = localServer(inside, { ...options, name: last.replace(/\.git$/, "") });
    const modules = existsSync(join(folder, ".gitmodules")) ? ["its submodules are left out"] : [];
    const place = source.subfolder ? `&subdirectory=${source.subfolder}` : "";
    const from = `git+${where}#${source.commit}${place}`;
    return { document: undefined, local, from, notes: [...modules, ...notesOf(local)], release };
  } catch (error) {
    release();
    throw error;
  }
}

/** The commit alone where the server hands that out; else everything, to find it in there. */
async function checkedOut({ url, commit }: GitSource, folder: string): Promise<void> {
  const format = commit.length === 64 ? ["--object-format=sha256"] : [];
  await git(["init", "--quiet", ...format, folder], url);
  const fetched = ["-C", folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules"];
  const alone = await tried([...fetched, "--depth=1", "--", url, commit]);
  if (alone.code !== 0) await git([...fetched, "--", url, "+refs/*:refs/fetched/*"], url);
  const { code } = await tried(["-C", folder, "checkout", "--quiet", "--detach", commit]);
  if (code !== 0) {
    const fix = `git ls-remote ${shownUrl(url)} says which commits its branches and tags mean`;
    throw new CliError(`${shownUrl(url)}: got no commit ${commit}, expected one of its own`, ExitCode.Usage, fix);
  }
}

/** A folder of the repository that is one: no link leads elsewhere. */
function insideOf(folder: string, { url, subfolder = "" }: GitSource): string {
  let inside = folder;
  for (const part of subfolder.split("/").filter(Boolean)) {
    inside = join(inside, part);
    if (lstatSync(inside, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new CliError(`${shownUrl(url)}: got no folder ${subfolder}, expected one of that commit`, ExitCode.Usage);
  }
  return inside;
}
