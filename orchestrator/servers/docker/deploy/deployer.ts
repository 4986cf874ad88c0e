import { type EngineClient, reasonOf, removeContainer } from "../../../../lib/docker-client";
import { isMapping } from "../../../../lib/mapping";
import { ProblemsError } from "../../../../lib/problems";
import { containerName } from "../../../../manifest/container/container-spec";
import { Label, Owner } from "../../../../manifest/container/labels";
import type { Events } from "../../../events";
import type { Log } from "../../../log";
import { ServerError } from "../../server-error";
import type { ServerInfo } from "../../server-info";
import type { DockerServers } from "../docker-servers";
import { REPLACED } from "../server-state";
import { checkDeployment, type DeployPolicy } from "./deploy-checks";
import { Deployment } from "./deployment";
import type { Progress } from "./images";
import { putBack, ServerParts, stop } from "./server-parts";
import { verdict } from "./start-healthy";

export interface DeployerOptions {
  client: EngineClient;
  servers: DockerServers;
  policy: DeployPolicy;
  /** "project/stack". */
  stack: string;
  events: Events;
  log: Log;
}

export interface Deployed {
  server: ServerInfo;
  /** `none`: the server ran already, with this manifest, this image and these secrets. */
  change: "created" | "replaced" | "none";
}

/**
 * Servers beyond the catalog, deployed through the API. One that is there is replaced only when the new one becomes
 * healthy: until then it waits, stopped, under another name, and comes back with its old secrets when the new one fails.
 */
export class Deployer {
  /** Names being deployed or removed right now, with the user that a deployment has chosen. */
  readonly #busy = new Map<string, number | undefined>();

  constructor(private readonly options: DeployerOptions) {}

  /** Servers whose parts are being made or removed right now. */
  get busy(): ReadonlySet<string> {
    return new Set(this.#busy.keys());
  }

  /**
   * Deploys a server, or replaces the one of that name.
   * @param document the manifest as parsed JSON; `user` may be left out
   * @param secrets values by name; a server that is there keeps those that are left out
   * @throws ProblemsError with all that is wrong with the request, before anything is changed
   * @throws ServerError when it cannot be done; then all is as it was before
   */
  async deploy(document: unknown, secrets: Record<string, string> = {}, told: Progress = () => {}): Promise<Deployed> {
    const { policy, events, servers } = this.options;
    if (!policy.enabled) throw new ServerError(403, "this stack allows no extra servers");
    if (!servers.synced) throw new ServerError(502, "the engine has not been looked at yet");
    const name = isMapping(document) && typeof document.name === "string" ? document.name : "";
    return this.#alone(name, async () => {
      const deployed = await this.#deploy(name, document, secrets, told).catch((error) => {
        if (error instanceof ProblemsError || error instanceof ServerError) throw error;
        throw new ServerError(502, `server ${name} cannot be deployed: ${reasonOf(error)}`);
      });
      if (deployed.change !== "none") events.emit("server.deployed", name, { change: deployed.change });
      return deployed;
    });
  }

  /** Stops and removes a server that was deployed through the API, with all it has. @throws ServerError */
  async remove(name: string): Promise<void> {
    const { client, servers } = this.options;
    const server = servers.get(name);
    if (!server) throw new ServerError(404, `there is no server ${name}`);
    if (server.managedBy !== Owner.Api) {
      throw new ServerError(403, `server ${name} belongs to the catalog: \`pulumi up\` without it removes it`);
    }
    await this.#alone(name, async () => {
      try {
        await stop(client, server.runtime.id);
        await this.#parts(name).remove();
      } catch (error) {
        throw new ServerError(502, `server ${name} is not gone: ${reasonOf(error)}`);
      }
      await servers.refresh(server.runtime.id);
    });
  }

  /** Ends what a killed orchestrator left half done. Once, when the servers are known. */
  async recover(): Promise<void> {
    const { client, stack, log, servers } = this.options;
    const label = [`${Label.ManagedBy}=${Owner.Api}`, `${Label.Stack}=${stack}`, Label.Manifest];
    const found = await client.api.listContainers({ all: true, filters: { label } });
    const named = (name: string) => found.find(({ Names }) => Names[0] === `/${name}`);
    for (const name of new Set(found.map(({ Labels }) => Labels[Label.Server] ?? ""))) {
      const current = named(containerName(name));
      const aside = named(`${containerName(name)}${REPLACED}`);
      if (!aside && current?.State !== "created") continue;
      log.warn({ server: name }, "ending a deployment that was interrupted");
      if (!aside) await this.#parts(name).remove();
      else if (current && verdict(await client.api.getContainer(current.Id).inspect()) === "ready") {
        await removeContainer(client.api.getContainer(aside.Id));
      } else {
        await putBack(client, name, aside.Id);
        await client.streams.getContainer(aside.Id).start();
      }
    }
    await servers.resync();
  }

  async #deploy(name: string, document: unknown, secrets: Record<string, string>, told: Progress): Promise<Deployed> {
    const { client, servers, policy, stack, log } = this.options;
    const there = servers.get(name);
    const old = there?.managedBy === Owner.Api ? there : undefined;
    const deployment = new Deployment(name, { client, stack, images: policy.images, log, told });
    const kept = old ? await deployment.replaces(old) : [];
    const { manifest, problems } = checkDeployment({
      document,
      secrets,
      policy,
      servers: [...servers.list(), ...this.#coming()],
      kept,
    });
    if (!manifest) throw new ProblemsError(problems);
    this.#busy.set(name, manifest.user); // in the same turn as the check, so that no other deployment takes the user
    const id = await deployment.run(manifest, secrets).finally(() => servers.resync());
    const server = servers.get(name);
    if (!server) throw new ServerError(502, `server ${name} was deployed, and is gone again`);
    return { server, change: id === undefined ? "none" : old ? "replaced" : "created" };
  }

  /** Servers that are not there yet, but whose users are taken. */
  #coming() {
    return [...this.#busy].flatMap(([name, user]) =>
      user === undefined || this.options.servers.get(name)
        ? []
        : [{ name, managedBy: Owner.Api, manifest: { user } } as const],
    );
  }

  #parts(name: string): ServerParts {
    const { client, stack, log } = this.options;
    return new ServerParts(client, stack, name, log);
  }

  /** One thing at a time with one server. @throws ServerError */
  async #alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (name === "") return work(); // no name: it goes no further than the checks
    if (this.#busy.has(name)) throw new ServerError(409, `server ${name} is being deployed or removed already`);
    this.#busy.set(name, undefined);
    try {
      return await work();
    } finally {
      this.#busy.delete(name);
    }
  }
}
