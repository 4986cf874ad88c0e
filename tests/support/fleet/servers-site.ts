import assert from "node:assert/strict";
import { type AddressInfo, connect as connectTo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import type { EngineAddress } from "../../../lib/docker-client";
import { Events } from "../../../orchestrator/events";
import { createServers, type ServersParts } from "../../../orchestrator/servers/create-servers";
import { testConfig } from "../config/orchestrator-config";
import { loadHostileImage } from "./catalog";
import { docker, type Fleet, theFleet, tryDocker } from "./fleet";

/** The container that stands for the orchestrator. */
export const SELF = "mcp-extra-self";
/** Of `extraServer`. */
export const EXTRA_IMAGE = "example/extra:1.0";

/** Quick to say what it is: healthy, or never going to be. */
const health = { interval: "1s", timeout: "2s", retries: 1, startPeriod: "1s", startInterval: "200ms" };

/** A manifest without a user, as somebody would send it to the API. */
export function extraServer(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...{ name, description: "A test's server", version: "1.0.0", image: EXTRA_IMAGE, health },
    transport: { type: "stdio", command: ["/server"] },
    resources: { memory: "64m" },
    ...more,
  };
}

/** A way to the engine that can be cut, so that the daemon is away for this test and nobody else. */
class Wire {
  port = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(private readonly target: number) {}

  /** Opens it, on the same port again after a cut. */
  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connectTo(this.target, "127.0.0.1");
      for (const socket of [near, far]) this.#sockets.add(socket.on("error", () => {}));
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

/** The orchestrator's hands in the shared fleet's engine, as a stack of a name of its own. */
export class ServersSite {
  events = new Events(console.error);
  logged = "";
  /** What the engine measured, for a test to put there. */
  readonly storageFile: string;

  private constructor(
    readonly fleet: Fleet,
    /** "project/stack". */
    readonly stack: string,
    readonly wire: Wire,
    readonly address: EngineAddress,
    public parts: ServersParts,
  ) {
    this.storageFile = join(fleet.stack.folder, "storage");
  }

  static async open(stack: string): Promise<ServersSite> {
    const fleet = await theFleet();
    await loadHostileImage(fleet, EXTRA_IMAGE);
    const { tls, endpoints } = fleet.outputs;
    const wire = new Wire(Number(new URL(endpoints.dockerTls).port));
    await wire.open();
    const address = { host: "127.0.0.1", port: wire.port, ca: tls.ca, cert: tls.clientCert, key: tls.clientKey };
    const site = new ServersSite(fleet, stack, wire, address, undefined as never);
    await site.start();
    return site;
  }

  /** Also in place of one that was closed. */
  async start(): Promise<void> {
    const config = testConfig({
      stack: this.stack,
      deploy: { servers: 3, images: ["example/*", "mcp-files:*", "debian:*"] },
    });
    this.events = new Events(console.error);
    const write = (line: string): void => {
      this.logged += line;
    };
    const log = pino({ level: "debug" }, { write });
    const { storageFile } = this;
    this.parts = await createServers({
      config,
      events: this.events,
      log,
      engine: this.address,
      storageFile,
      self: SELF,
    });
  }

  /** Removes all that was deployed. @throws Error when something is left */
  async close(): Promise<void> {
    for (const { name } of this.parts.servers.list()) await this.parts.deployer.remove(name);
    this.parts.close();
    this.wire.cut();
    await tryDocker(this.fleet, ["rmi", EXTRA_IMAGE]);
    assert.deepEqual(await this.left(), []);
  }

  /** Types of all events so far. */
  types(): string[] {
    return this.events.since(0).map(({ type }) => type);
  }

  /** What is in the engine under names like those of the test's servers, sorted. */
  async left(): Promise<string[]> {
    const filter = ["--filter", "name=mcp-extra", "--format"];
    const lists = [
      await docker(this.fleet, "container", "ls", "-a", ...filter, "{{.Names}}"),
      await docker(this.fleet, "volume", "ls", ...filter, "{{.Name}}"),
      await docker(this.fleet, "network", "ls", ...filter, "{{.Name}}"),
    ];
    return lists
      .flatMap((list) => list.split("\n"))
      .filter(Boolean)
      .sort();
  }

  /** Name and tag of an image with Node in it. */
  async nodeImage(): Promise<string> {
    const images = await docker(this.fleet, "images", "mcp-files", "--format", "{{.Repository}}:{{.Tag}}");
    return images.split("\n")[0] ?? "";
  }

  /** The files of a volume as the first extra server's user sees them: mode, owner, content. */
  async secretFiles(volume: string): Promise<Record<string, string>> {
    const script = `const fs=require("fs");const o={};for(const f of fs.readdirSync("/s")){const t=fs.statSync("/s/"+f);
      o[f]=t.mode.toString(8)+" "+t.uid+" "+fs.readFileSync("/s/"+f,"utf8")}console.log(JSON.stringify(o))`;
    const limits = ["--rm", "--network", "none", "--cap-drop", "ALL", "--user", "14995", "--entrypoint", "node"];
    const image = await this.nodeImage();
    return JSON.parse(await docker(this.fleet, "run", ...limits, "-v", `${volume}:/s:ro`, image, "-e", script));
  }
}
