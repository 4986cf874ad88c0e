import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostAt } from "../../lib/addresses";
import { addServer } from "../../tests/support/fleet/catalog";
import { must } from "../../tests/support/fleet/command";
import { docker, enter, type Fleet } from "../../tests/support/fleet/fleet";
import { createStack, mustPulumi, setConfig, type TestStack } from "../../tests/support/fleet/stack";
import type { Contender } from "./contender";
import { processesOf, rssMegabytes } from "./process";

/** Servers of the bench's stack: one without a warm pool, one with, and as many more as make 50. */
export const ECHO = "echo";
export const WARM = "echo-warm";
export const SERVERS = 50;
/** Sessions that are opened and left alone. */
export const IDLE_SESSIONS = 1_000;

const FIRST_USER = 11_100;

/** Our side, up: a stack of its own, in an engine of its own, everything on. */
export interface Ours {
  fleet: Fleet;
  token: string;
  api: string;
  /** The API at the engine container's own address: the way of clients on this machine that leaves Docker's port proxy out. */
  address: string;
  /** The orchestrator's process, as this machine numbers it; undefined when the engine is on another. */
  pid?: number;
  /** Where it listens in its own network, before any port is published. */
  directUrl: string;
  /** How many processes its container has. */
  processes: number;
}

/** Makes the stack. @param made told of it at once, so that it is removed whatever follows */
export async function startOurs(echo: string, made: (stack: TestStack) => void): Promise<Ours> {
  useMirror();
  const stack = await createStack("benchgateway", { maxSessions: IDLE_SESSIONS + 200 });
  made(stack);
  const catalog = join(stack.folder, "catalog");
  await add(catalog, echo, ECHO, FIRST_USER, { mode: "per-client", max: 1_024, idleTimeout: "1h" }, "2g", 4_096);
  await add(catalog, echo, WARM, FIRST_USER + 1, { mode: "per-client", max: 64, warmPool: 8 }, "256m", 256);
  for (let n = 2; n < SERVERS; n++) {
    await add(catalog, echo, `echo-${n}`, FIRST_USER + n, { mode: "per-client", max: 8 }, "64m", 32);
  }
  // Docker gives the engine the first address behind the gateway's; a name it is called by must be an allowed one.
  const address = hostAt(stack.networkCidr, 2);
  await setConfig(stack, { catalog: [catalog], allowedHosts: [address] });
  await mustPulumi(stack, "up");
  const fleet = await enter(stack);
  const given = await must("docker", [
    "inspect",
    stack.engineName,
    "--format",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
  ]);
  if (given.trim() !== address) throw new Error(`the engine has the address ${given}, expected ${address}`);
  const { mcp: token } = fleet.outputs.tokens;
  if (!token) throw new Error("the stack has no token named mcp");
  const container = await docker(fleet, "inspect", "mcp-orchestrator", "--format", "{{.Id}}");
  // Its health check comes and goes; the largest is Node.
  const pids = processesOf(container).sort((a, b) => rssMegabytes(b) - rssMegabytes(a));
  const inner = await docker(
    fleet,
    "inspect",
    "mcp-orchestrator",
    "--format",
    '{{(index .NetworkSettings.Networks "mcp-gateway").IPAddress}}',
  );
  const directUrl = `http://${inner}:18080/servers/${ECHO}/mcp`;
  const { api } = fleet.outputs.endpoints;
  return { fleet, token, api, address: `http://${address}:18080`, pid: pids[0], directUrl, processes: pids.length };
}

/** On a machine without a way to a registry, bin/dind-mcp keeps base images of its own; the engine builds from them. */
function useMirror(): void {
  const file = join(process.env.DIND_MCP_CACHE ?? "", "mirror/address");
  if (existsSync(file)) process.env.DIND_MCP_REGISTRY_MIRROR ??= `http://${readFileSync(file, "utf8").trim()}`;
}

/** Ours, through the published port. */
export const OURS = "ours";
/** The same without Docker's port proxy on the host. */
export const UNPROXIED = "ours, no proxy";

/** The ways into it that are compared. */
export function ways({ api, address, token, pid }: Ours) {
  return {
    unproxied: { name: UNPROXIED, target: { url: `${address}/servers/${ECHO}/mcp`, token }, pid },
    passThrough: { name: OURS, target: { url: `${api}/servers/${ECHO}/mcp`, token }, pid },
    aggregate: { name: "ours, all at /mcp", target: { url: `${api}/mcp`, token }, tool: `${ECHO}__echo`, pid },
  } satisfies Record<string, Contender>;
}

async function add(
  catalog: string,
  echo: string,
  name: string,
  user: number,
  sessions: Record<string, unknown>,
  memory: string,
  processes: number,
): Promise<void> {
  const folder = join(catalog, name);
  mkdirSync(folder, { recursive: true });
  copyFileSync(echo, join(folder, "echo"));
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY echo /echo\n");
  writeFileSync(join(folder, ".dockerignore"), ".dockerignore\nserver.yaml\n");
  await addServer(catalog, {
    name,
    description: "The bench's echo server",
    version: "1.0.0",
    build: { context: "." },
    transport: { type: "stdio", command: ["/echo"] },
    user,
    resources: { cpus: 2, memory, processes },
    sessions,
    health: { interval: "10m" }, // fifty checks a half minute would be load of their own
  });
}
