import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { eventually } from "../eventually";
import { must, type Result, run } from "./command";
import { type Slot, takeSlot } from "./slot";

export const ROOT = join(__dirname, "../../..");

/** A stack of a test's own: own backend, names, ports, subnet and passphrase; it never touches a running `dev`. */
export interface TestStack {
  name: string;
  /** Holds the backend, the config file and the passphrase, as the launcher's state folder does, and what the test puts beside them. */
  folder: string;
  engineName: string;
  networkName: string;
  volumePrefix: string;
  networkCidr: string;
  /** Host port of the engine's Docker API. */
  port: number;
  /** Host ports of the orchestrator. */
  apiPort: number;
  pagePort: number;
  metricsPort: number;
  dockerPort: number;
  env: NodeJS.ProcessEnv;
}

const PASSPHRASE = "a test's passphrase";

let count = 0;
const slots = new Map<string, Slot>();

/** Makes an empty stack with the given config on top of what keeps it apart from all others. */
export async function createStack(label: string, config: Record<string, unknown> = {}): Promise<TestStack> {
  const id = `${label}-${process.pid}-${++count}`;
  const slot = await takeSlot();
  slots.set(id, slot);
  const [port, apiPort, pagePort, metricsPort, dockerPort] = slot.ports;
  const folder = await mkdtemp(join(tmpdir(), `dind-mcp-${id}-`));
  const stack: TestStack = {
    name: id,
    folder,
    engineName: `mcp-test-${id}`,
    networkName: `mcp-test-${id}`,
    volumePrefix: `mcp-test-${id}-`,
    networkCidr: `172.28.${slot.number}.0/24`,
    port,
    apiPort,
    pagePort,
    metricsPort,
    dockerPort,
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "1",
    },
  };
  // Made in a copy of the project: `stack init` writes an encryption salt into the stack's file, wherever that is.
  const stacks = join(folder, "stacks");
  await mkdir(stacks);
  await copyFile(join(ROOT, "Pulumi.yaml"), join(stacks, "Pulumi.yaml"));
  await writeFile(join(folder, "passphrase"), PASSPHRASE, { mode: 0o600 });
  await must("pulumi", ["stack", "init", stack.name], { cwd: stacks, env: stack.env }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  await setConfig(stack, {
    engineName: stack.engineName,
    networkName: stack.networkName,
    networkCidr: stack.networkCidr,
    volumePrefix: stack.volumePrefix,
    dockerTlsPort: stack.port,
    apiPort: stack.apiPort,
    pagePort: stack.pagePort,
    metricsPort: stack.metricsPort,
    dockerPort: stack.dockerPort,
    registryMirrors: process.env.DIND_MCP_REGISTRY_MIRROR ? [process.env.DIND_MCP_REGISTRY_MIRROR] : [],
    ...config,
  });
  return stack;
}

function configFile(stack: TestStack): string {
  return join(stack.folder, "stacks", `Pulumi.${stack.name}.yaml`);
}

/** Sets plain config values; `undefined` removes one. */
export async function setConfig(stack: TestStack, values: Record<string, unknown>): Promise<void> {
  const document = parse(await readFile(configFile(stack), "utf8")) as { config?: Record<string, unknown> };
  document.config ??= {};
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete document.config[`dind-mcp:${key}`];
    else document.config[`dind-mcp:${key}`] = value;
  }
  await writeFile(configFile(stack), stringify(document));
}

export async function setSecret(stack: TestStack, path: string, value: string): Promise<void> {
  const args = ["config", "set", "--secret", "--path", `dind-mcp:${path}`, "--stack", stack.name];
  await must("pulumi", [...args, "--config-file", configFile(stack)], { cwd: ROOT, env: stack.env, input: value });
}

/** Runs a pulumi command on the stack; `up`, `destroy` and `refresh` without questions. */
export function pulumi(stack: TestStack, command: string, ...args: string[]): Promise<Result> {
  const yes = ["up", "destroy", "refresh"].includes(command) && !args.includes("--preview-only") ? ["--yes"] : [];
  const skip = command === "up" || command === "destroy" ? ["--skip-preview"] : [];
  // `pulumi stack` reads the state alone and knows no such flag.
  const config = ["stack", "cancel"].includes(command) ? [] : ["--config-file", configFile(stack)];
  const all = [command, ...args, ...yes, ...skip, "--non-interactive", "--stack", stack.name, ...config];
  return run("pulumi", all, { cwd: ROOT, env: stack.env });
}

/** Runs `bin/dind-mcp` on the stack. */
export function cli(stack: TestStack, ...args: string[]): Promise<Result> {
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  return run(join(ROOT, "bin/dind-mcp"), args, { cwd: tmpdir(), env });
}

/** Like `cli`, but a failure is an error that shows what was printed. */
export async function mustCli(stack: TestStack, ...args: string[]): Promise<string> {
  const result = await cli(stack, ...args);
  if (result.code !== 0)
    throw new Error(`dind-mcp ${args.join(" ")}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** Like `pulumi`, but a failure is an error that shows what Pulumi printed. After `up` all servers have started. */
export async function mustPulumi(stack: TestStack, command: string, ...args: string[]): Promise<string> {
  const result = await pulumi(stack, command, ...args);
  if (result.code !== 0) throw new Error(`pulumi ${command}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  if (command === "up") await serversStarted(stack);
  return result.stdout;
}

/** Pulumi waits for no server: waits until none is starting any more, whatever becomes of it. */
async function serversStarted({ engineName }: TestStack): Promise<void> {
  const starting = ["exec", engineName, "docker", "ps", "-q", "--filter", "health=starting"];
  const nobody = async () => assert.equal(await must("docker", starting), "");
  await eventually(nobody, 120_000);
}

/** Destroys the stack; whatever that leaves on the host engine is removed by its label, then reported as an error. */
export async function removeStack(stack: TestStack): Promise<void> {
  const destroyed = await pulumi(stack, "destroy");
  const left = await leftovers(stack);
  for (const [kind, names] of Object.entries(left)) {
    for (const name of names) await run("docker", [kind, "rm", ...(kind === "network" ? [] : ["-f"]), name]);
  }
  await rm(stack.folder, { recursive: true, force: true });
  slots.get(stack.name)?.free();
  if (destroyed.code !== 0) throw new Error(`destroy failed:\n${destroyed.stdout}${destroyed.stderr}`);
  if (Object.values(left).flat().length > 0) throw new Error(`destroy left behind: ${JSON.stringify(left)}`);
}

/** What the host engine still holds of the stack. */
export async function leftovers(
  stack: TestStack,
): Promise<Record<"container" | "network" | "volume" | "image", string[]>> {
  const filter = ["--filter", `label=dind-mcp.stack=dind-mcp/${stack.name}`];
  const lines = async (...args: string[]) => (await must("docker", args)).split("\n").filter(Boolean);
  return {
    container: await lines("container", "ls", "-a", ...filter, "--format", "{{.Names}}"),
    network: await lines("network", "ls", ...filter, "--format", "{{.Name}}"),
    volume: await lines("volume", "ls", ...filter, "--format", "{{.Name}}"),
    image: await lines("image", "ls", `dind-mcp/${stack.engineName}`, "--format", "{{.Repository}}:{{.Tag}}"),
  };
}
