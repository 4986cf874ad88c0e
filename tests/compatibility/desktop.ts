/** A user's own Claude Desktop file with six servers: imported, brought up, connected in its place, each at its job. */
import assert from "node:assert/strict";
import { chown, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { startSite } from "../support/attacks/site";
import { endCommands, must } from "../support/fleet/command";
import { enter } from "../support/fleet/fleet";
import { OWNER } from "../support/fleet/lent-folders";
import { cli, createStack, mustCli, removeStack, setConfig, type TestStack } from "../support/fleet/stack";
import { drive, type Outcome } from "./drive";
import { POPULAR } from "./popular/list";
import type { Popular, Step } from "./popular/popular";

const KEY = "ghp_dummy0123456789abcdefghijklmnopqrstuv";

/** Where the user keeps things. Not below /tmp's own folders of others: who lends it must own it. */
async function userFolders(): Promise<{ root: string; code: string; repository: string; file: string }> {
  const root = await mkdtemp(join(homedir(), ".dind-mcp-desktop-"));
  const [code, repository, own] = ["code", "repository", "own"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(code);
  await mkdir(own);
  await writeFile(join(code, "kettle.txt"), "boils at noon\n");
  await copyFile(join(__dirname, "../fixtures/desktop/notes.mjs"), join(own, "notes.mjs"));
  await must("git", ["init", "--quiet", "--initial-branch=main", repository]);
  await writeFile(join(repository, "README.md"), "kettle\n");
  await must("chown", ["-R", `${OWNER}:${OWNER}`, code, repository]);
  const file = join(root, "claude_desktop_config.json");
  const servers = {
    memory: { command: "npx", args: ["-y", "@modelcontextprotocol/server-memory"] },
    filesystem: { command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", code] },
    fetch: { command: "uvx", args: ["mcp-server-fetch"] },
    git: { command: "uvx", args: ["mcp-server-git", "--repository", repository] },
    github: {
      command: "npx",
      args: ["-y", "@modelcontextprotocol/server-github"],
      env: { GITHUB_PERSONAL_ACCESS_TOKEN: KEY },
    },
    notes: { command: "node", args: [join(own, "notes.mjs"), "--loud"], env: { NOTES_GREETING: "good day" } },
  };
  await writeFile(file, `${JSON.stringify({ globalShortcut: "", mcpServers: servers }, null, 2)}\n`);
  await chown(root, 0, 0);
  return { root, code, repository, file };
}

function jobs(repository: string): Popular[] {
  const ofPopular = (name: string): Pick<Popular, "steps" | "afterRestart"> => {
    const { steps = [], afterRestart } = POPULAR.find((one) => one.name === name) ?? {};
    return { steps, afterRestart };
  };
  const job = (name: string, ...steps: Step[]): Popular => ({ source: name, name, steps });
  return [
    { source: "memory", name: "memory", ...ofPopular("memory") },
    job(
      "filesystem",
      { tool: "read_text_file", args: { path: "/folders/code/kettle.txt" }, answers: /boils at noon/ },
      { tool: "write_file", args: { path: "/folders/code/tea.txt", content: "green" }, answers: /wrote/i },
    ),
    job("fetch", { tool: "fetch", args: { url: "http://example.com/page" }, answers: /kettle boils at noon/ }),
    job(
      "git",
      { tool: "git_status", args: { repo_path: `/folders/${repository}` }, answers: /README\.md/ },
      { tool: "git_add", args: { repo_path: `/folders/${repository}`, files: ["README.md"] }, answers: /staged/i },
    ),
    // Nobody is there to answer: the key is a dummy, and the call has to come as far as GitHub's name.
    job("github"),
    job("notes", { tool: "about", answers: /arguments --loud, greeting good day/ }),
  ];
}

/** A call of a server whose service is not there: the egress proxy let it pass, for that host. */
async function reachesGitHub(stack: TestStack, outcome: Outcome): Promise<void> {
  await cli(stack, "servers", "call", "github", "search_repositories", "query=kettle");
  const { items } = JSON.parse(await mustCli(stack, "servers", "egress", "github", "--json")) as {
    items: { host: string; outcome: string }[];
  };
  if (items.some((item) => item.host === "api.github.com" && item.outcome !== "refused")) {
    outcome.done.push("`search_repositories` reaches api.github.com");
  } else outcome.failed ??= "it did not ask for api.github.com";
}

/**
 * @param interrupted rejects when it has to end
 * @returns what is wrong; nothing when all works
 */
export async function desktop(say: (text: string) => void, interrupted: Promise<never>): Promise<string[]> {
  const user = await userFolders();
  const stack = await createStack("desktop");
  try {
    return await Promise.race([withStack(stack, user, say), interrupted]);
  } finally {
    await endCommands();
    await rm(user.root, { recursive: true, force: true });
    await removeStack(stack);
  }
}

async function withStack(
  stack: TestStack,
  { code, file }: { code: string; file: string },
  say: (text: string) => void,
): Promise<string[]> {
  const catalog = join(stack.folder, "mcp");
  await mkdir(catalog);
  await setConfig(stack, { catalog: [catalog] });
  const original = await readFile(file, "utf8");
  const begun = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - begun) / 1_000)} s`;

  const brought = JSON.parse(await mustCli(stack, "servers", "import", file, "--folders", "read-write", "--json"));
  say(`imported in ${seconds()}: ${brought.map(({ name, why }: Record<string, string>) => name ?? why).join(", ")}`);
  const names = ["memory", "filesystem", "fetch", "git", "github", "notes"];
  assert.deepEqual(
    brought.map(({ name }: { name?: string }) => name),
    names,
  );
  assert.ok(!JSON.stringify(brought).includes(KEY));
  await mustCli(stack, "up");
  say(`up after ${seconds()}`);

  await mustCli(stack, "servers", "import", file, "--connect");
  const { mcpServers, globalShortcut } = JSON.parse(await readFile(file, "utf8"));
  assert.deepEqual([Object.keys(mcpServers), globalShortcut], [["dind-mcp"], ""]);
  assert.equal((await stat(file)).mode & 0o777, 0o600, "the file holds a token");

  const fleet = await enter(stack);
  const site = await startSite(fleet);
  const wrong: string[] = [];
  try {
    for (const server of jobs("repository")) {
      const outcome: Outcome = { name: server.name, source: server.source, addSeconds: 0, opened: [], done: [] };
      await drive(fleet, server, outcome);
      if (server.name === "github") await reachesGitHub(stack, outcome);
      say(`${server.name}: ${outcome.failed ?? `does its job: ${outcome.done.join(", ")}`}`);
      if (outcome.failed !== undefined) wrong.push(`${server.name}: ${outcome.failed}`);
    }
  } finally {
    await site.remove();
  }
  assert.equal((await stat(join(code, "tea.txt"))).uid, OWNER, "what a server writes is the user's");
  await mustCli(stack, "disconnect", "claude-desktop");
  assert.equal(await readFile(file, "utf8"), original);
  return wrong;
}
