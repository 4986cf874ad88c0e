import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addServer, copyCatalog, hostileManifest } from "./catalog";
import { must } from "./command";
import { addHttp } from "./fixture-catalog";
import { docker, type Fleet, sharedFleet } from "./fleet";
import { ROOT, setConfig } from "./stack";

/** Its servers besides the catalog's own `files`. */
export const FAULTY = {
  /** Does what a bad server might; eight sessions. */
  hostile: "hostile",
  /** The same program, which nobody provokes; 64 sessions. */
  calm: "calm",
  /** Over HTTP. */
  http: "over-http",
} as const;

/** The fleet that tests of faults break, each leaving it whole again. */
export const theFaultsFleet = sharedFleet("faults", "DIND_MCP_TEST_FAULTS_FLEET", async (stack) => {
  const catalog = await copyCatalog(stack, "files");
  await addStatic(catalog, FAULTY.hostile, 11_910);
  const resources = { cpus: 1, memory: "384m", processes: 256 };
  await addStatic(catalog, FAULTY.calm, 11_911, { resources, sessions: { mode: "per-client", max: 64 } });
  await addHttp(catalog, FAULTY.http, 11_912);
  await setConfig(stack, { catalog: [catalog] });
});

/** Adds a server to a catalog that is the hostile program, in an image with nothing else in it. */
export async function addStatic(
  catalog: string,
  name: string,
  user: number,
  more: Record<string, unknown> = {},
): Promise<void> {
  const folder = join(catalog, name);
  const program = join(catalog, "..", "hostile-server");
  if (!existsSync(program)) {
    await must("gcc", ["-static", "-O2", "-o", program, join(ROOT, "tests/fixtures/hostile/server.c")]);
  }
  await mkdir(folder, { recursive: true });
  await copyFile(program, join(folder, "server"));
  await writeFile(join(folder, "Dockerfile"), "FROM scratch\nCOPY server /server\n");
  await writeFile(join(folder, ".dockerignore"), ".dockerignore\nserver.yaml\n");
  await addServer(catalog, { ...hostileManifest(name, user), image: undefined, build: { context: "." }, ...more });
}

/** Runs a shell script in the engine's container, as root. */
export function inEngine(fleet: Fleet, script: string): Promise<string> {
  return must("docker", ["exec", fleet.stack.engineName, "sh", "-c", script]);
}

/**
 * Pids, as the engine sees them, of the processes of a server's container but mcp-init; none when it has no session.
 * @param command only those that run exactly this: a session has a supervisor besides
 */
export async function sessionPids(fleet: Fleet, server: string, command = ""): Promise<string[]> {
  const lines = (await docker(fleet, "top", `mcp-${server}`, "-o", "pid,args")).split("\n").slice(2);
  const processes = lines.map((line) => /^\s*(\d+)\s+(.*?)\s*$/.exec(line) ?? []);
  return processes.flatMap(([, pid, args]) => (pid && (!command || args === command) ? [pid] : []));
}
