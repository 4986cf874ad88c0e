import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { must, run } from "../../support/fleet/command";
import type { TestStack } from "../../support/fleet/stack";
import { makeCertificates } from "./certificates";
import { PASSWORD, PRIVATE_SERVICES, SAID, SERVICES } from "./services";

/** Names of the databases, in a private network. */
export const DATABASES = ["redis.lan", "postgres.lan", "mysql.lan"];

/** What is around the engine: services of the internet under their own names, and hosts of a private network. */
export interface World {
  /** The authority that signed the services' certificate. */
  ca: string;
  /** Waits for the engine's container, and puts it into the networks, as if it had been there always. */
  join(): Promise<void>;
  /** The requests that the services had, one a line. */
  asked(): Promise<string[]>;
  remove(): Promise<void>;
}

/**
 * Makes it on the host engine.
 * @param withDatabases builds an image for them: a minute at the first time
 */
export async function makeWorld(stack: TestStack, withDatabases: boolean): Promise<World> {
  const name = `${stack.engineName}-world`;
  const folder = join(stack.folder, "world");
  await mkdir(folder);
  const own = [...SERVICES, ...PRIVATE_SERVICES];
  const hosts = (services: { host: string }[]): string[] => services.map(({ host }) => host);
  await makeCertificates(folder, hosts(own));
  await writeFile(join(folder, "services.json"), JSON.stringify(own));
  await copyFile(join(__dirname, "site.ts"), join(folder, "site.ts"));

  // The stack's own octet, so that runs at the same time keep apart; a small range, for others may be in real use.
  const slot = (Number(stack.networkCidr.split(".")[2]) % 32) * 8;
  const networks = [
    { network: `${name}-public`, prefix: "198.51.100", site: hosts(SERVICES), databases: undefined },
    { network: `${name}-private`, prefix: "10.199.77", site: hosts(PRIVATE_SERVICES), databases: DATABASES },
  ];
  const containers = [`${name}-site`, ...(withDatabases ? [`${name}-databases`] : [])];
  const remove = async (): Promise<void> => {
    for (const container of containers) await run("docker", ["rm", "-f", container]);
    for (const { network } of networks) {
      await run("docker", ["network", "disconnect", "-f", network, stack.engineName]);
      await run("docker", ["network", "rm", network]);
    }
  };
  const attach = async (network: string, ip: string, container: string, aliases: string[] = []): Promise<string> =>
    must("docker", [
      "network",
      "connect",
      "--ip",
      ip,
      ...aliases.flatMap((alias) => ["--alias", alias]),
      network,
      container,
    ]);
  try {
    const bare = ["create", "--network", "none", "--no-healthcheck", "--name"];
    const [site = "", databases] = containers;
    await must("docker", [...bare, site, "--entrypoint", "node", "node:24-trixie-slim", "/site/site.ts", "/site"]);
    await must("docker", ["cp", `${folder}/.`, `${site}:/site`]);
    if (databases) {
      const image = (await must("docker", ["build", "-q", join(__dirname, "databases")])).trim();
      const env = ["-e", `SAID=${SAID}`, "-e", `PASSWORD=${PASSWORD}`];
      await must("docker", [...bare, databases, ...env, image]);
    }
    for (const container of containers) await must("docker", ["network", "disconnect", "none", container]);
    for (const { network, prefix, site: names, databases: theirs } of networks) {
      // Internal: the engine's own way out stays what it is.
      await must("docker", ["network", "create", "--internal", "--subnet", `${prefix}.${slot}/29`, network]);
      await attach(network, `${prefix}.${slot + 2}`, site, names);
      if (databases && theirs) await attach(network, `${prefix}.${slot + 4}`, databases, theirs);
    }
    await must("docker", ["start", ...containers]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ca: await readFile(join(folder, "ca.pem"), "utf8"),
    join: async () => {
      const running = async (): Promise<void> => {
        const state = await must("docker", ["inspect", "--format", "{{.State.Running}}", stack.engineName]);
        if (state.trim() !== "true") throw new Error(`the engine's container is not running: ${state}`);
      };
      await eventually(running, 300_000);
      for (const { network, prefix } of networks) await attach(network, `${prefix}.${slot + 3}`, stack.engineName);
    },
    asked: async () => (await must("docker", ["logs", `${name}-site`])).split("\n"),
    remove,
  };
}
