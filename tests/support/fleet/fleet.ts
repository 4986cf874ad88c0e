import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Outputs } from "../../../stack/outputs";
import { atEnd } from "../mocha/at-end";
import { must, type Result, run } from "./command";
import { createStack, mustPulumi, removeStack, type TestStack } from "./stack";

export const SOCKET = "/run/mcp/session.sock";

/** A stack that is up, and ways into its engine. */
export interface Fleet {
  stack: TestStack;
  outputs: Outputs;
  /** What makes the docker command line talk to the engine inside, over mutual TLS. */
  env: NodeJS.ProcessEnv;
}

/** The stack's outputs, secrets shown. */
export async function readOutputs(stack: TestStack): Promise<Outputs> {
  return JSON.parse(await mustPulumi(stack, "stack", "output", "--json", "--show-secrets")) as Outputs;
}

/** The way into a running stack's engine, through its outputs alone. */
export async function enter(stack: TestStack): Promise<Fleet> {
  const outputs = await readOutputs(stack);
  const certs = join(stack.folder, "tls");
  await mkdir(certs, { recursive: true });
  await writeFile(join(certs, "ca.pem"), outputs.tls.ca);
  await writeFile(join(certs, "cert.pem"), outputs.tls.clientCert);
  await writeFile(join(certs, "key.pem"), outputs.tls.clientKey, { mode: 0o600 });
  const env = {
    ...process.env,
    DOCKER_HOST: outputs.endpoints.dockerTls,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: certs,
  };
  return { stack, outputs, env };
}

/** Runs docker inside the engine. */
export function docker(fleet: Fleet, ...args: string[]): Promise<string> {
  return must("docker", args, { env: fleet.env });
}

export function tryDocker(fleet: Fleet, args: string[], timeout?: number): Promise<Result> {
  return run("docker", args, { env: fleet.env, timeout });
}

/** Opens a session with a server: a real MCP client, over `mcp-init connect` through exec, over the TLS API. */
export async function connect(fleet: Fleet, server: string): Promise<Client> {
  const client = new Client({ name: "dind-mcp-test", version: "1" });
  await client.connect(transport(fleet, server));
  return client;
}

export function transport(fleet: Fleet, server: string): StdioClientTransport {
  return new StdioClientTransport({
    command: "docker",
    args: ["exec", "-i", `mcp-${server}`, "/.mcp/init", "connect", "--socket", SOCKET],
    env: fleet.env as Record<string, string>,
    stderr: "ignore",
  });
}

/** Calls a tool in a session of its own; returns the text of the answer, and whether the server called it an error. */
export async function callTool(
  fleet: Fleet,
  server: string,
  name: string,
  args: Record<string, unknown>,
): Promise<{ text: string; isError: boolean }> {
  const client = await connect(fleet, server);
  try {
    const result = await client.callTool({ name, arguments: args });
    const content = result.content as { type: string; text?: string }[];
    return { text: content.map((part) => part.text ?? "").join("\n"), isError: result.isError === true };
  } finally {
    await client.close();
  }
}

/**
 * A stack that all files of a run share: brought up by the first test that asks for it, removed when all are over.
 *
 * For writing tests, the environment's `keptIn` names a file: the stack is kept, and taken up again by the next run.
 * @param prepare what comes between an empty stack and `up`
 */
export function sharedFleet(
  label: string,
  keptIn: string,
  prepare = async (_stack: TestStack): Promise<void> => {},
): () => Promise<Fleet> {
  const bringUp = async (): Promise<Fleet> => {
    const kept = process.env[keptIn];
    if (kept && existsSync(kept)) return enter(JSON.parse(await readFile(kept, "utf8")) as TestStack);
    const stack = await createStack(label);
    if (!kept) atEnd(() => removeStack(stack));
    await prepare(stack);
    await mustPulumi(stack, "up");
    if (kept) await writeFile(kept, JSON.stringify(stack));
    return enter(stack);
  };
  let fleet: Promise<Fleet> | undefined;
  return () => {
    fleet ??= bringUp();
    return fleet;
  };
}

/** The fleet that most tests share: the real catalog. */
export const theFleet = sharedFleet("fleet", "DIND_MCP_TEST_FLEET");
