import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PORTS } from "../../config/ports";
import { firstHost } from "../../lib/addresses";
import { must } from "../../tests/support/fleet/command";
import { ROOT, type TestStack } from "../../tests/support/fleet/stack";
import { buildFlags, containerFlags, type Inputs, networkFlags, volumeFlags } from "./flags";
import { type Sample, timed } from "./timed";

interface Resource {
  urn: string;
  type: string;
  provider?: string;
  inputs: Inputs;
}

/** NUL-separated: a word may hold anything else. */
function words(list: string[]): string {
  return list.map((word) => `${word}\0`).join("");
}

/**
 * Writes down what the stack's containers, networks, volumes and images are, in docker's words, from the stack's state: so
 * the script runs exactly what the program runs, under the names, the port and the subnet of a stack of its own.
 * @returns the folder that the script takes it from
 */
export async function prepareScript(ours: TestStack, own: TestStack, servers: string[]): Promise<string> {
  const work = join(own.folder, "script");
  const state = await must("pulumi", ["stack", "export", "--show-secrets", "--stack", ours.name], {
    cwd: ROOT,
    env: ours.env,
  });
  const renamed = state
    .replaceAll(ours.name, own.name)
    .replaceAll(ours.networkCidr, own.networkCidr)
    .replaceAll(firstHost(ours.networkCidr), firstHost(own.networkCidr));
  const { resources } = (JSON.parse(renamed) as { deployment: { resources: Resource[] } }).deployment;
  for (const { urn, type, provider, inputs } of resources) {
    const kind = /^docker:index\/(\w+):/.exec(type)?.[1];
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    if (!kind) continue;
    const layer = join(work, provider?.includes("::engine-provider::") ? "inner" : "host");
    const write = async (folder: string, file: string, list: string[]) => {
      await mkdir(join(layer, folder), { recursive: true });
      await writeFile(join(layer, folder, file), words(list), { mode: 0o600 });
    };
    if (kind === "network") await write("network", String(inputs.name), networkFlags(inputs));
    else if (kind === "volume") await write("volume", String(inputs.name), volumeFlags(inputs));
    else if (kind === "remoteImage") await write("image", name, buildFlags(inputs));
    else {
      const { flags, command } = containerFlags(
        await plain(inputs, name === "engine" ? own : undefined, join(work, `${name}.seccomp.json`)),
      );
      await write("container", `${name}.flags`, flags);
      await write("container", `${name}.command`, command);
    }
  }
  const image = resources.find(({ urn }) => urn.endsWith("::engine-image"))?.inputs.name;
  const lines = { engine: own.engineName, port: own.port, image, servers: `"${servers.join(" ")}"` };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(work, "names"), text.join(""));
  return work;
}

/**
 * What a command line needs otherwise: a seccomp profile as a file, secret labels shown.
 * @param own has the host ports that the script's engine gets instead
 */
async function plain(inputs: Inputs, own: TestStack | undefined, seccompFile: string): Promise<Inputs> {
  const options = inputs.securityOpts as string[] | undefined;
  const seccomp = options?.find((option) => option.startsWith("seccomp="));
  if (seccomp) await writeFile(seccompFile, seccomp.slice("seccomp=".length));
  const securityOpts = options?.map((option) => (option === seccomp ? `seccomp=${seccompFile}` : option));
  const ports =
    own && (inputs.ports as { internal: number }[]).map((port) => ({ ...port, external: hostPort(own, port) }));
  return { ...inputs, securityOpts, ...(ports ? { ports } : {}), labels: reveal(inputs.labels) };
}

/** The stack's own host port for one of the engine's. */
function hostPort(
  { port, apiPort, pagePort, metricsPort, dockerPort }: TestStack,
  { internal }: { internal: number },
): number {
  const ports: Record<number, number> = {
    [PORTS.docker]: dockerPort,
    [PORTS.api]: apiPort,
    [PORTS.page]: pagePort,
    [PORTS.metrics]: metricsPort,
  };
  return ports[internal] ?? port;
}

/** A secret in an exported state is an object that holds its JSON text. */
function reveal(value: unknown): unknown {
  const secret = (value as { plaintext?: string } | undefined)?.plaintext;
  return secret === undefined ? value : JSON.parse(secret);
}

export function runScript(work: string, action: "up" | "noop" | "destroy" | "wipe"): Promise<Sample> {
  return timed("bench/stack/script.sh", [action, work]);
}
