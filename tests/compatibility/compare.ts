import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/fleet/command";
import { enter } from "../support/fleet/fleet";
import { createStack, ROOT, removeStack, setConfig, type TestStack } from "../support/fleet/stack";
import { drive, type Outcome } from "./drive";
import { makeProject, type Project } from "./lent";
import type { Popular } from "./popular/popular";
import { add, LENT } from "./prepare";
import { DATABASES, makeWorld, type World } from "./world/world";

/** Milliseconds. Dozens of images are built. */
const UP_TIMEOUT = 1_800_000;

/**
 * Adds servers to a stack of their own, brings them up together, makes each do its job, and removes all that again.
 * @param seen gets what came of them before anything is removed, which may fail
 * @param interrupted rejects when it has to end at once. @default never
 */
export async function compare(
  servers: Popular[],
  say: (text: string) => void,
  seen: (outcomes: Outcome[]) => void = () => {},
  interrupted = new Promise<never>(() => {}),
): Promise<Outcome[]> {
  const stack = await createStack("compatibility");
  const undo: (() => Promise<unknown>)[] = [() => removeStack(stack)];
  try {
    const withDatabases = servers.some(({ privateHosts = [] }) => {
      return privateHosts.some((host) => DATABASES.includes(host.split(":")[0] as string));
    });
    const world = await makeWorld(stack, withDatabases);
    undo.push(world.remove);
    const project = await makeProject();
    undo.unshift(project.remove); // the engine has it as long as it runs
    const outcomes = await Promise.race([inWorld(stack, servers, world, project, say), interrupted]);
    say(`what the services were asked:\n${(await world.asked()).join("\n")}`);
    seen(outcomes);
    return outcomes;
  } finally {
    const errors: unknown[] = [];
    for (const step of undo.toReversed()) await step().catch((error: unknown) => errors.push(error));
    for (const error of errors) say(`not removed: ${error}`);
  }
}

async function inWorld(
  stack: TestStack,
  servers: Popular[],
  world: World,
  project: Project,
  say: (text: string) => void,
): Promise<Outcome[]> {
  const catalog = join(stack.folder, "mcp");
  mkdirSync(catalog);
  await setConfig(stack, { catalog: [catalog] });
  const outcomes: Outcome[] = [];
  for (const server of servers) {
    const outcome = await add(stack, catalog, server, world.ca);
    say(`${server.name}: added in ${outcome.addSeconds.toFixed(0)} s${outcome.failed ? `: ${outcome.failed}` : ""}`);
    outcomes.push(outcome);
  }
  const added = servers.filter(({ name }) => outcomes.some((one) => one.name === name && one.failed === undefined));
  await openWalls(stack, added, project);
  say("bringing all of them up");
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  const bringUp = run(join(ROOT, "bin/dind-mcp"), ["up"], { cwd: stack.folder, env, timeout: UP_TIMEOUT });
  const [up] = await Promise.all([bringUp, world.join()]);
  say(`up ended with exit code ${up.code}\n${up.stdout.slice(-4_000)}${up.stderr.slice(-4_000)}`);
  const fleet = await enter(stack);
  for (const server of added) {
    const outcome = outcomes.find(({ name }) => name === server.name) as Outcome;
    outcome.failed = notMade(up.stderr, server.name);
    if (outcome.failed === undefined) await drive(fleet, server, outcome);
    const foreign = server.lentAt ? await project.notTheirs() : [];
    if (foreign.length > 0) outcome.failed ??= `the user's folder has files of somebody else: ${foreign.slice(0, 3)}`;
    say(`${outcome.name}: ${outcome.failed ?? `does its job: ${outcome.done.join(", ")}`}`);
  }
  return outcomes;
}

/** Why `up` could not make a server: the last error of its build, or the last words. */
function notMade(stderr: string, name: string): string | undefined {
  const [, text = ""] = new RegExp(`^  ${name} is not made: .*((?:\\n    \\| .*)*)`, "m").exec(stderr) ?? [];
  const lines = text.split("\n").map((line) => line.replace(/^ *\| /, ""));
  const last = lines.findLast((line) => line.startsWith("ERROR: ")) ?? lines.at(-1);
  return last ? `its image cannot be built: ${last}` : undefined;
}

/** The config that lends the project and opens private hosts to who needs them. */
async function openWalls(stack: TestStack, added: Popular[], project: Project): Promise<void> {
  const privateHosts = Object.fromEntries(
    added.flatMap(({ name, privateHosts = [] }) => (privateHosts.length > 0 ? [[name, privateHosts]] : [])),
  );
  const servers = added.filter(({ lentAt }) => lentAt !== undefined).map(({ name }) => name);
  const folders = { [LENT]: { path: project.path, access: "read-write", servers } };
  await setConfig(stack, { privateHosts, ...(servers.length > 0 ? { folders } : {}) });
}
