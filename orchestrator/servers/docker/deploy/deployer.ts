import { type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { isMapping } from "../../../../lib/mapping";
import { type Problem, ProblemsError } from "../../../../lib/problems";
import { Owner } from "../../../../manifest/container/labels";
import { storageContainer, storageFolder } from "../../../../manifest/container/storage-folders";
import { storageOf } from "../../../../manifest/storage";
import type { Manifest } from "../../../../manifest/types";
import type { Events } from "../../../events";
import type { Log } from "../../../log";
import { ServerError } from "../../server-error";
import type { ContainerServer, ServerInfo } from "../../server-info";
import type { DockerServers } from "../docker-servers";
import type { StoredFolder } from "../storage-use";
import { runStorageWork } from "../storage-work";
import { checkDeployment, type DeployPolicy, freeUser } from "./deploy-checks";
import { Deployment, type Opening } from "./deployment";
import { carrierImage, type Progress } from "./images";
import { endInterrupted } from "./interrupted";
import { ServerParts, stop } from "./server-parts";
import { copiedSecrets } from "./server-secrets";
import { sharedServices } from "./shared-services";

export interface DeployerOptions {
  client: EngineClient;
  servers: DockerServers;
  /** Servers that run elsewhere: their names and users are taken. @default none */
  elsewhere?: () => ServerInfo[];
  policy: DeployPolicy;
  /** "project/stack". */
  stack: string;
  /** All storage, as last measured. */
  storage: () => StoredFolder[];
  events: Events;
  log: Log;
}

export interface Deployed {
  server: ServerInfo;
  /** `none`: the server was running already, with the same manifest, image and secrets. */
  change: "created" | "replaced" | "none";
}

const NOT_ALLOWED = {
  ...{ file: "config", path: "deploy.enabled", got: "false" },
  expected: "true: this stack allows no extra servers",
};

/** What a throwaway copy is to be. */
export interface CopyPlan {
  name: string;
  manifestFor(user: number): Manifest;
  openingFor(manifest: Manifest): Opening;
}

/**
 * Deploys servers beyond the catalog, for the API. An existing server is replaced only once the new one is healthy.
 * Until then its container waits, stopped and under another name. If the new one fails, the old one comes back with its
 * old secrets.
 */
export class Deployer {
  /** Servers being deployed or removed right now, by name, with the user that a deployment has chosen. */
  readonly #busy = new Map<string, number | undefined>();

  constructor(private readonly options: DeployerOptions) {}

  /** Servers whose parts are being made or removed right now. */
  get busy(): ReadonlySet<string> {
    return new Set(this.#busy.keys());
  }

  /**
   * Deploys a server, or replaces the one of that name.
   * @param document the manifest as parsed JSON; `user` may be left out
   * @param secrets values by name; an existing server keeps those that are left out
   * @throws ProblemsError with all that is wrong with the request, before anything is changed
   * @throws ServerError when the deployment fails; everything is then as it was before
   */
  async deploy(document: unknown, secrets: Record<string, string> = {}, told: Progress = () => {}): Promise<Deployed> {
    const { policy, events, servers } = this.options;
    if (!policy.enabled) throw new ServerError(403, "this stack allows no extra servers");
    if (!servers.synced)
      throw new ServerError(502, "the engine's servers are not known yet, try again in some seconds");
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

  /** What would keep a server from being deployed, the values of its secrets apart. */
  check(document: unknown): Problem[] {
    const { policy, storage } = this.options;
    if (!policy.enabled) return [NOT_ALLOWED];
    const stored = storage().filter(({ owner }) => owner === Owner.Api);
    const all = this.#taken();
    const { problems } = checkDeployment({ document, secrets: {}, policy, stored, servers: all, kept: [] });
    return problems.filter(({ path }) => !path.startsWith("secrets."));
  }

  /**
   * Makes a throwaway copy of a server, with the values of its secrets: a server of the API's, until `remove`.
   * @throws ServerError when that fails; nothing of it is then left
   */
  async copy(original: ContainerServer, { name, manifestFor, openingFor }: CopyPlan): Promise<ContainerServer> {
    const { client, servers, policy, stack, storage, log } = this.options;
    if (!policy.enabled) throw new ServerError(403, "this stack allows no extra servers");
    return this.#alone(name, async () => {
      if (servers.get(name)) throw new ServerError(409, `there is a server ${name} already`);
      const shared = await sharedServices(client, stack);
      const user = freeUser([...this.#taken(), ...shared], name, storage());
      if (user === undefined) throw new ServerError(409, "all users of servers are taken");
      this.#busy.set(name, user);
      const manifest = manifestFor(user);
      const opening = openingFor(manifest);
      const labels = this.#parts(name).labels;
      const values = await copiedSecrets(client, original, { server: name, labels });
      const deployment = new Deployment(name, { client, stack, images: [], log, told: () => {}, opening });
      await deployment
        .run(manifest, Object.fromEntries(values))
        .finally(() => servers.resync())
        .catch((error) => {
          if (error instanceof ServerError) throw error;
          throw new ServerError(502, `${original.name} cannot be copied: ${reasonOf(error)}`);
        });
      const copy = servers.get(name);
      if (!copy) throw new ServerError(502, `server ${name} was made, and is gone again`);
      return copy;
    });
  }

  /**
   * Stops and removes a server that was deployed through the API, with everything that belongs to it but its storage.
   * @param data its storage as well
   * @throws ServerError
   */
  async remove(name: string, data = false): Promise<void> {
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
        if (data) await this.#removeStorage(server.manifest);
      } catch (error) {
        throw new ServerError(502, `server ${name} cannot be removed: ${reasonOf(error)}`);
      }
      await servers.refresh(server.runtime.id);
    });
  }

  /** Cleans up deployments that a killed orchestrator left unfinished. Runs once, when the servers are known. */
  async recover(): Promise<void> {
    const { client, stack, log, servers } = this.options;
    await endInterrupted(client, stack, log);
    await servers.resync();
  }

  async #deploy(name: string, document: unknown, secrets: Record<string, string>, told: Progress): Promise<Deployed> {
    const { client, servers, policy, stack, storage, log } = this.options;
    const there = servers.get(name);
    const old = there?.managedBy === Owner.Api ? there : undefined;
    const deployment = new Deployment(name, { client, stack, images: policy.images, log, told });
    const kept = old ? await deployment.replaces(old) : [];
    const shared = await sharedServices(client, stack);
    const { manifest, problems } = checkDeployment({
      document,
      secrets,
      policy,
      stored: storage().filter(({ owner }) => owner === Owner.Api),
      servers: [...this.#taken(), ...shared],
      kept,
    });
    if (!manifest) throw new ProblemsError(problems);
    this.#busy.set(name, manifest.user); // in the same turn as the check, so that no other deployment takes the user
    const id = await deployment.run(manifest, secrets).finally(() => servers.resync());
    const server = servers.get(name);
    if (!server) throw new ServerError(502, `server ${name} was deployed, and is gone again`);
    return { server, change: id === undefined ? "none" : old ? "replaced" : "created" };
  }

  /** Servers whose names and users are taken. */
  #taken() {
    const { servers, elsewhere = () => [] } = this.options;
    return [...servers.list(), ...elsewhere(), ...this.#coming()];
  }

  /** Servers that are not there yet, but whose users are taken. */
  #coming() {
    return [...this.#busy].flatMap(([name, user]) =>
      user === undefined || this.options.servers.get(name)
        ? []
        : [{ name, managedBy: Owner.Api, manifest: { user } } as const],
    );
  }

  async #removeStorage({ name: server, user, ...manifest }: Manifest): Promise<void> {
    const { client, stack } = this.options;
    const folders = storageOf(manifest).map((storage) => storageFolder(server, storage.name));
    if (folders.length === 0) return;
    const image = await carrierImage(client, "mcp-carrier");
    const what = { server, user, folders, owner: Owner.Api, image, stack };
    await runStorageWork(client, storageContainer({ work: "remove", ...what }), this.#parts(server).labels);
  }

  #parts(name: string): ServerParts {
    const { client, stack, log } = this.options;
    return new ServerParts(client, stack, name, log);
  }

  /** Runs work on a server, unless other work on it is running. @throws ServerError */
  async #alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (name === "") return work(); // without a name, the checks refuse it
    if (this.#busy.has(name)) throw new ServerError(409, `server ${name} is being deployed or removed already`);
    this.#busy.set(name, undefined);
    try {
      return await work();
    } finally {
      this.#busy.delete(name);
    }
  }
}
