/**
 * How long the stack takes, side by side with a script of docker commands that makes the same.
 *
 *   npm run bench:stack -- [--rounds N] [--cold]
 *
 * Both sides take turns on the same machine, and who begins changes with each round. Warm: all images are built, in the
 * engine's own data volume and in the host engine's build cache; `--cold`: the engine's data volume is new in each round.
 * It needs the environment of `bin/dind-mcp env`. All it made is removed in the end, also on Ctrl-C.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { VOLUMES } from "../../components/persistent-volumes";
import { Label } from "../../manifest/container/labels";
import { must } from "../../tests/support/fleet/command";
import { createStack, setConfig, type TestStack } from "../../tests/support/fleet/stack";
import { diagnose } from "./diagnose";
import { machine } from "./machine";
import { runPulumi } from "./ours";
import { remove } from "./remove";
import { json, type Results, rows, table } from "./report";
import { prepareScript, runScript } from "./script";
import { abort, type Sample } from "./timed";

const SIDES = ["ours", "script"] as const;
type Side = (typeof SIDES)[number];
const SERVERS = ["files", "http", "postgres"];
const made: TestStack[] = [];
const results: Results = {};

function note(text: string): void {
  console.error(`bench: ${text}`);
}

async function measure(side: Side, what: string, run: () => Promise<Sample>): Promise<void> {
  const sample = await run();
  results[what] ??= { ours: [], script: [] };
  results[what][side].push(sample);
  const { wall, cpu, load } = sample;
  note(`${side.padEnd(6)} ${what.padEnd(20)} ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, load ${load.toFixed(1)}`);
}

/** Not part of the time: both sides have waited for the same health check, and this shows that it told the truth. */
async function mustAnswer(engineName: string): Promise<void> {
  const check = ["/.mcp/init", "check", "--socket", "/run/mcp/session.sock", "--timeout-ms", "15000"];
  for (const server of SERVERS) await must("docker", ["exec", engineName, "docker", "exec", `mcp-${server}`, ...check]);
}

/** Gives the other side the images, and the cache of their builds, that the first side's `up` made inside its engine. */
async function copyImages(from: TestStack, to: TestStack): Promise<void> {
  const volume = (stack: TestStack) => `${stack.volumePrefix}${VOLUMES.engine}`;
  await must("docker", ["volume", "create", "--label", `${Label.Stack}=dind-mcp/${to.name}`, volume(to)]);
  const mounts = ["--volume", `${volume(from)}:/from:ro`, "--volume", `${volume(to)}:/to`];
  // Overlay layers hold attributes that only CAP_SYS_ADMIN may read and write.
  const run = ["run", "--rm", "--cap-add", "SYS_ADMIN", "--network", "none", ...mounts, "--entrypoint", "cp"];
  const label = ["--label", `${Label.Stack}=dind-mcp/${to.name}`, "--name", `${to.engineName}-copy`];
  await must("docker", [...run, ...label, "debian:trixie-slim", "-a", "/from/.", "/to"]);
}

async function create(label: string, config: Record<string, unknown>): Promise<TestStack> {
  const stack = await createStack(label, config);
  made.push(stack);
  return stack;
}

async function bench(rounds: number, cold: boolean): Promise<void> {
  const before = await machine();
  note(JSON.stringify(before));
  const ours = await create("bench", { servers: SERVERS, retainVolumes: !cold });
  const own = await create("benchscript", {});

  note("preparing: a first `up` builds the images, which takes minutes");
  await runPulumi(ours, "up");
  await mustAnswer(ours.engineName);
  const work = await prepareScript(ours, own, SERVERS);
  await runPulumi(ours, "destroy");
  if (!cold) {
    await copyImages(ours, own);
    await runScript(work, "up");
    await runScript(work, "destroy");
  }

  // Cold rounds start from nothing and end there; warm ones keep the volumes, and in the end all goes once.
  const away = cold ? "destroy with volumes" : "destroy";
  const sides: Record<Side, () => Promise<void>> = {
    ours: async () => {
      await up("ours");
      await measure("ours", "no-op up", () => runPulumi(ours, "up"));
      await measure("ours", "preview", () => runPulumi(ours, "preview"));
      await measure("ours", "refresh", () => runPulumi(ours, "refresh"));
      await measure("ours", away, () => runPulumi(ours, "destroy"));
    },
    script: async () => {
      await up("script");
      await measure("script", "no-op up", () => runScript(work, "noop"));
      await measure("script", away, () => runScript(work, cold ? "wipe" : "destroy"));
    },
  };
  const up = async (side: Side) => {
    await measure(side, "up", () => (side === "ours" ? runPulumi(ours, "up") : runScript(work, "up")));
    await mustAnswer((side === "ours" ? ours : own).engineName);
  };
  for (let round = 1; round <= rounds; round++) {
    note(`round ${round} of ${rounds}`);
    for (const side of round % 2 === 1 ? SIDES : SIDES.toReversed()) await sides[side]();
  }
  if (!cold) {
    await setConfig(ours, { retainVolumes: undefined });
    for (const side of SIDES) await up(side);
    await measure("ours", "destroy with volumes", () => runPulumi(ours, "destroy"));
    await measure("script", "destroy with volumes", () => runScript(work, "wipe"));
  }
  const list = rows(results, cold);
  console.log(table(list));
  console.log(json(list, before, loadavg(), { rounds, cold }));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "3" }, cold: { type: "boolean", default: false } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: got ${values.rounds}, expected 1 or more`);
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!interrupted) note(`${signal}: removing what was made`);
      interrupted = true;
      abort();
    });
  }
  try {
    await bench(rounds, values.cold);
  } catch (error) {
    if (!interrupted) {
      note(error instanceof Error ? error.message : String(error));
      for (const { engineName } of made) note(await diagnose(engineName));
    }
    process.exitCode = interrupted ? 130 : 1;
  } finally {
    for (const stack of made) await remove(stack).catch((error: Error) => note(error.message));
  }
}

void main();
