import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import { engineContainerArgs } from "../../../components/engine/engine-container";
import { VOLUMES, type VolumeKey } from "../../../components/persistent-volumes";
import { parseSettings } from "../../../config/parse-settings";
import type { Settings } from "../../../config/settings";
import { firstHost } from "../../../lib/addresses";
import { eventually } from "../eventually";
import { apiBody } from "./api-body";
import { CIDR, HOST, host, hostApi, NAME } from "./host";

/** The outer layer: what the program makes on the host engine, with the very arguments that it would give. */
const volumes = Object.fromEntries(Object.entries(VOLUMES).map(([key, name]) => [key, `${NAME}-${name}`])) as Record<
  VolumeKey,
  string
>;

export function settings(): Settings {
  const raw = { engineName: NAME, networkName: NAME, networkCidr: CIDR, dockerTlsPort: String(HOST.publishedPort) };
  return parseSettings(raw, [], "the test");
}

export function engineArgs(): docker.ContainerArgs {
  const { engineName, networkName, bindAddress, dockerTlsPort, registryMirrors, engineStopGrace } = settings();
  return engineContainerArgs({
    containerName: engineName,
    image: HOST.image,
    networkName,
    volumes,
    bindAddress,
    dockerTlsPort,
    registryMirrors,
    published: [],
    dnsFor: [],
    inboundOnly: [],
    privateEgressFrom: [],
    stopGrace: engineStopGrace,
    labels: {},
  });
}

/** Network, volumes, and the certificates on theirs. */
export async function makeSurroundings(): Promise<void> {
  await host.docker("network", "create", "--subnet", CIDR, "--gateway", firstHost(CIDR), NAME);
  for (const volume of Object.values(volumes)) await host.docker("volume", "create", volume);
  const carrier = `${NAME}-carrier`;
  await host.docker("create", "--name", carrier, "-v", `${volumes.certs}:/files`, "--entrypoint", "none", HOST.image);
  await host.docker("cp", `${join(HOST.work, "server")}/.`, `${carrier}:/files`);
  await host.docker("rm", carrier);
}

/** Starts the engine's container, with arguments changed where a test needs it. */
export async function startEngine(change: Partial<docker.ContainerArgs> = {}): Promise<void> {
  const container = await hostApi().createContainer(apiBody({ ...engineArgs(), ...change }));
  await container.start();
}

export async function untilHealthy(timeout: number): Promise<void> {
  await eventually(async () => {
    const state = await host.docker("inspect", NAME, "-f", "{{.State.Status}} {{.State.Health.Status}}");
    if (state !== "running healthy") throw new Error(`the engine is ${state}`);
  }, timeout);
}

/** Runs it to its end, which a refusal reaches at once. @returns exit code and what it said */
export async function refusal(change: Partial<docker.ContainerArgs>): Promise<{ code: number; says: string }> {
  await startEngine({ restart: "no", ...change });
  const code = Number(await host.docker("wait", NAME));
  const log = await host.try(["logs", NAME]);
  await host.docker("rm", "-f", NAME);
  return { code, says: log.stderr + log.stdout };
}

export async function engineLog(): Promise<string> {
  const log = await host.try(["logs", "--tail", "10", NAME]);
  return log.stdout + log.stderr;
}

/** Removes all of it; @returns what is still there under these names. */
export async function removeAll(): Promise<string[]> {
  const filter = ["--filter", `name=${NAME}`, "-q"];
  const left = async (...list: string[]) => (await host.docker(...list, ...filter)).split("\n").filter(Boolean);
  for (const id of await left("ps", "-a")) await host.docker("rm", "-f", "-v", id);
  for (const id of await left("network", "ls")) await host.docker("network", "rm", id);
  for (const id of await left("volume", "ls")) await host.docker("volume", "rm", id);
  const images = await host.docker("image", "ls", "-q", NAME);
  if (images) await host.docker("image", "rm", "-f", ...images.split("\n"));
  return [...(await left("ps", "-a")), ...(await left("network", "ls")), ...(await left("volume", "ls"))];
}
