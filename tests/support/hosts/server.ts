import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import Docker from "dockerode";
import { containerArgs } from "../../../components/inner/container-args";
import { ProblemsError } from "../../../lib/problems";
import { containerSpec } from "../../../manifest/container/container-spec";
import { parseManifest } from "../../../manifest/manifest";
import { eventually } from "../eventually";
import { apiBody } from "./api-body";
import { engine, HOST, host, NAME } from "./host";

/** tests/fixtures/hostile, the only file of its image. */
export const SERVER_IMAGE = "example/hostile:1.0";

/** Makes a server inside the engine, as the program would. */
export async function startServer(name: string, user: number): Promise<void> {
  const transport = { type: "stdio", command: ["/hostile"] };
  const resources = { memory: "64m", processes: 24 };
  const texts = { description: "A test's server", version: "1.0.0" };
  const { manifest, problems } = parseManifest(
    { name, ...texts, image: SERVER_IMAGE, transport, resources, user },
    "the test",
  );
  if (!manifest) throw new ProblemsError(problems);
  const spec = containerSpec(manifest, { image: SERVER_IMAGE, stack: "dind-mcp/hosts" });
  const api = await engineApi();
  for (const volume of spec.volumes)
    await api.createVolume({ Name: volume.name, Driver: volume.driver, DriverOpts: volume.options });
  const container = await api.createContainer(
    apiBody(containerArgs(spec, { image: SERVER_IMAGE, volumes: {}, labels: {} })),
  );
  await container.start();
}

async function engineApi(): Promise<Docker> {
  const file = (name: string) => readFile(join(HOST.work, "client", name));
  return new Docker({
    protocol: "https",
    host: "127.0.0.1",
    port: HOST.enginePort,
    ca: await file("ca.pem"),
    cert: await file("cert.pem"),
    key: await file("key.pem"),
  });
}

export async function serverHealthy(name: string, timeout: number): Promise<void> {
  await eventually(async () => {
    const state = await engine.docker("inspect", `mcp-${name}`, "-f", "{{.State.Health.Status}}");
    if (state !== "healthy") throw new Error(`server ${name} is ${state}`);
  }, timeout);
}

/** A session of a real MCP client, over `mcp-init connect` through exec, over the TLS API. */
export async function connect(name: string): Promise<Client> {
  const client = new Client({ name: "dind-mcp-hosts", version: "1" });
  const args = ["exec", "-i", `mcp-${name}`, "/.mcp/init", "connect", "--socket", "/run/mcp/session.sock"];
  await client.connect(new StdioClientTransport({ command: "docker", args, env: engine.env, stderr: "ignore" }));
  return client;
}

/** Opens a session, lists the tools, calls one; @throws Error when any of it fails */
export async function answers(name: string): Promise<void> {
  const client = await connect(name);
  try {
    const { tools } = await client.listTools();
    if (!tools.some((tool) => tool.name === "echo")) throw new Error(`tools: ${JSON.stringify(tools)}`);
    const { content } = await client.callTool({ name: "echo", arguments: {} });
    const expected = JSON.stringify([{ type: "text", text: "echo" }]);
    if (JSON.stringify(content) !== expected) throw new Error(`got ${JSON.stringify(content)}, expected ${expected}`);
  } finally {
    await client.close();
  }
}

/** Runs a shell line in the engine's container, as its root. */
export function inEngine(script: string): Promise<string> {
  return host.docker("exec", NAME, "sh", "-c", script);
}

/** Process number and start time (in ticks since boot) of a server's PID 1, as the engine sees it: no other process has both. */
export async function identity(name: string): Promise<string> {
  const pid = await engine.docker("inspect", `mcp-${name}`, "-f", "{{.State.Pid}}");
  return `${pid} ${await inEngine(`cut -d" " -f22 /proc/${pid}/stat`)}`;
}

/** A file of a server's cgroup: its name in v2, controller and name in v1. */
export async function cgroupFile(name: string, v2: string, v1: string): Promise<string> {
  const id = await engine.docker("inspect", `mcp-${name}`, "-f", "{{.Id}}");
  const [controller, file] = v1.split("/");
  const root = "/sys/fs/cgroup";
  return inEngine(
    `if [ -e ${root}/cgroup.controllers ]; then cat ${root}/docker/${id}/${v2}; else cat ${root}/${controller}/docker/${id}/${file}; fi`,
  );
}
