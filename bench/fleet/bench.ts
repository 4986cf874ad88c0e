/**
 * How a stack grows: the same commands with 1, 10 and 50 servers, on a real engine.
 *
 *   npm run bench:fleet -- [--servers 1,10,50]
 *
 * The servers are one small static program in five different images. With each number a stack comes up from nothing (but
 * for the engine's image), is looked at, gets one server more and goes. It needs the environment of `bin/dind-mcp env`. All
 * it made is removed in the end, also on Ctrl-C.
 */
import { mkdir } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { must } from "../../tests/support/fleet/command";
import { createStack, ROOT, setConfig, type TestStack } from "../../tests/support/fleet/stack";
import { diagnose } from "../stack/diagnose";
import { machine } from "../stack/machine";
import { remove } from "../stack/remove";
import { abort, timed } from "../stack/timed";
import { addServers, compile } from "./catalog";
import { type Figures, json, table } from "./report";

/** So long a stack rests before its memory is read. */
const REST_MS = 20_000;
const made: TestStack[] = [];

function note(text: string): void {
  console.error(`bench: ${text}`);
}

async function measure(servers: number): Promise<Figures> {
  const stack = await createStack(`grow${servers}`);
  made.push(stack);
  const catalog = join(stack.folder, "catalog");
  await mkdir(catalog);
  const program = await compile(stack.folder);
  await addServers(catalog, program, 1, servers);
  // Where there is no registry, the launcher puts the machine's own mirror there.
  await setConfig(stack, { catalog: [catalog], registryMirrors: undefined });
  const figures: Figures = {};
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  const run = async (what: string, ...args: string[]): Promise<void> => {
    const { wall, cpu, load } = await timed(join(ROOT, "bin/dind-mcp"), args, env);
    figures[`${what}, s`] = wall;
    note(`${servers} servers: ${what} ${wall.toFixed(1)} s, CPU ${cpu.toFixed(1)} s, load ${load.toFixed(1)}`);
  };
  await run("up", "up");
  await run("no-op up", "up");
  await run("preview", "preview");
  await run("status", "status");
  await run("validate", "validate");
  await sleep(REST_MS);
  Object.assign(figures, await memory(stack));
  await addServers(catalog, program, servers + 1, servers + 1);
  await run("up with one more", "up");
  await run("destroy", "destroy");
  return figures;
}

/** Of the orchestrator, and of the engine with all that is in it. */
async function memory({ engineName }: TestStack): Promise<Figures> {
  const inner = ["exec", engineName, "docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", "mcp-orchestrator"];
  const outer = ["stats", "--no-stream", "--format", "{{.MemUsage}}", engineName];
  return {
    "orchestrator, MB": megabytes(await must("docker", inner)),
    "engine, MB": megabytes(await must("docker", outer)),
  };
}

const UNITS: Record<string, number> = { B: 1e-6, KiB: 2 ** 10 / 1e6, MiB: 2 ** 20 / 1e6, GiB: 2 ** 30 / 1e6 };

/** `77.5MiB / 384MiB`, as docker has it. */
function megabytes(usage: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)(\w+)/.exec(usage.trim()) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { servers: { type: "string", default: "1,10,50" } } });
  const sizes = values.servers.split(",").map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 500))
    throw new Error(`--servers: got ${values.servers}, expected numbers from 1 to 500, like 1,10,50`);
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!interrupted) note(`${signal}: removing what was made`);
      interrupted = true;
      abort();
    });
  }
  const measured = new Map<number, Figures>();
  const before = await machine();
  note(JSON.stringify(before));
  try {
    for (const size of sizes) measured.set(size, await measure(size));
  } catch (error) {
    if (!interrupted) {
      note(error instanceof Error ? error.message : String(error));
      for (const { engineName } of made) note(await diagnose(engineName));
    }
    process.exitCode = interrupted ? 130 : 1;
  } finally {
    for (const stack of made) await remove(stack).catch((error: Error) => note(error.message));
  }
  if (measured.size === 0) return;
  console.log(table(measured));
  console.log(json(measured, before, loadavg()));
}

void main();
