import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FetchLike } from "@modelcontextprotocol/client";
import { Agent, fetch as fetchBy } from "undici";
import { PROXIES } from "../../../cli/proxy/files";
import { siteOf } from "../../../cli/proxy/site";
import type { Site } from "../../../config/fleet/site";
import { parseSettings } from "../../../config/parse-settings";
import { readAssets } from "../../../orchestrator/page/assets";
import { PageServer } from "../../../orchestrator/page/page-server";
import { SignIns } from "../../../orchestrator/page/sign-ins";
import { type Era, GatewayClient } from "../clients/gateway-client";
import { eventually } from "../eventually";
import { must, type Result, run } from "../fleet/command";
import { freePort } from "../free-port";
import { HttpFixture } from "../orchestrator/gateway/fixture-server";
import { startGateway, type TestGateway } from "../orchestrator/gateway/gateway";
import { manifestOf } from "../orchestrator/gateway/gateway-manifest";
import { Api } from "../orchestrator/rest/api";
import { type ProxyName, programOf } from "./programs";

const ROOT = join(__dirname, "../../..");

/** The address from which clients come: another than that of the proxy, which is trusted. */
export const CLIENT = "127.0.0.2";

/** What is not usual about a proxy. */
export interface Unusual {
  /** Changes the proxy's file, for a proxy that does something wrong; or makes another of the site. */
  mend?: (file: string, site: Site) => string;
  /** A path of the public URL, such as /fleet. */
  prefix?: string;
  /** The page's host name. @default another than the API's */
  pageHost?: string;
}

/** A real proxy with our file for it, over TLS, in front of the page, the API and the gateway with a real server, `fixture`. */
export class ProxySite {
  #child: ChildProcess | undefined;
  #said = "";

  private constructor(
    readonly name: ProxyName,
    /** How clients reach the proxy. */
    readonly url: string,
    /** How browsers reach the page through it. */
    readonly pageUrl: string,
    readonly api: Api,
    private readonly page: { port: number; server: PageServer },
    private readonly gateway: TestGateway,
    private readonly fixture: HttpFixture,
    private readonly folder: string,
  ) {}

  /** Starts all of it. */
  static async open(
    name: ProxyName,
    { mend = (file: string) => file, prefix = "", pageHost = "page.localhost" }: Unusual = {},
  ): Promise<ProxySite> {
    const port = await freePort();
    const url = `https://localhost:${port}${prefix}`;
    const pageUrl = `https://${pageHost}:${port}`;
    const allowedHosts = ["localhost", "127.0.0.1", pageHost];
    const config = { publicUrl: url, pageUrl, allowedHosts, trustedProxies: ["127.0.0.1"] };
    const folder = mkdtempSync(join(tmpdir(), "mcp-proxy-"));
    const fixture = await HttpFixture.start("--era", "both");
    const gateway = await startGateway(config);
    gateway.servers.set("fixture", { type: "http", url: fixture.url }, manifestOf({ timeouts: { call: "10m" } }));
    const api = await Api.start(config);
    api.fleet.handle = (...request) => gateway.gateway.handle(...request);
    const server = pageOver(api, folder);
    const page = { server, port: await server.listen(0, "127.0.0.1") };
    const site = new ProxySite(name, url, pageUrl, api, page, gateway, fixture, folder);
    await site.#start(mend).catch(async (error) => {
      await site.close();
      throw error;
    });
    return site;
  }

  async #start(mend: (file: string, site: Site) => string): Promise<void> {
    const certificate = join(this.folder, "localhost.pem");
    const key = `${certificate}.key`; // where HAProxy looks for it
    await makeCertificate(certificate, key);
    const { api, page, url: publicUrl, pageUrl } = this;
    const upstreams = { upstream: `127.0.0.1:${api.port}`, pageUpstream: `127.0.0.1:${page.port}` };
    const site = siteOf(parseSettings({ publicUrl, pageUrl }, [], "test"), { ...upstreams, certificate, key });
    const file = join(this.folder, "proxy.yaml"); // Envoy takes another ending for JSON
    writeFileSync(file, mend(PROXIES[this.name].file(site), site));
    const program = await programOf(this.name);
    const child = spawn(program.path, program.start(this.folder, file, Number(new URL(this.url).port)), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...program.env, HOME: this.folder },
    });
    this.#child = child;
    process.once("exit", () => child.kill()); // a signal that ends the test leaves no proxy
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (this.#said += text));
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`${this.name} ended with code ${child.exitCode}: ${this.#said}`);
      await this.fetch(`${this.url}/healthz`); // any answer: one listens before it has its certificate
    }, 30_000);
  }

  /** A fetch from an address of its own, CLIENT, that takes the proxy's certificate. */
  readonly fetch: FetchLike = async (url, init) => {
    this.#agent ??= new Agent({
      connect: { ca: readFileSync(join(this.folder, "localhost.pem")), lookup: toLoopback },
      localAddress: CLIENT,
    });
    const options = { ...init, dispatcher: this.#agent } as Parameters<typeof fetchBy>[1];
    return (await fetchBy(url, options)) as unknown as Response;
  };
  #agent: Agent | undefined;

  /** The official SDK's client, through the proxy. */
  async client(era: Era, fetch = this.fetch): Promise<GatewayClient> {
    const target = { url: `${this.url}/servers/fixture/mcp`, token: this.api.token("all") };
    return await GatewayClient.connect(era, target, fetch);
  }

  /** `bin/dind-mcp proxy check`, through the proxy. */
  async check(...options: string[]): Promise<Result> {
    const env = {
      ...process.env,
      DIND_MCP_TOKEN: this.api.token("all"),
      NODE_EXTRA_CA_CERTS: join(this.folder, "localhost.pem"),
    };
    return await run(process.execPath, ["cli/run.mjs", "proxy", "check", this.url, ...options], { cwd: ROOT, env });
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const gone = once(child, "close");
      child.kill(); // not SIGKILL: nginx would leave its workers
      await gone;
    }
    await this.#agent?.destroy();
    await this.page.server.close();
    await this.api.stop();
    await this.gateway.close();
    await this.fixture.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The page's server with a document and nothing else: no browser looks at it. */
function pageOver(api: Api, folder: string): PageServer {
  const files = join(folder, "page");
  mkdirSync(files);
  writeFileSync(join(files, "index.html"), "<!doctype html><title>the page</title>");
  return new PageServer({
    ...{ guard: api.guard, config: api.config, links: api.links, rest: api.rest },
    assets: readAssets(files),
    signIns: new SignIns({ key: join(folder, "page-key"), ended: join(folder, "page-ended") }),
  });
}

/** Every name is this machine's: no resolver has to know page.localhost. */
export const toLoopback: LookupFunction = (_name, { all }, callback) => {
  if (all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};

/** A certificate of localhost that is its own authority. */
export async function makeCertificate(certificate: string, key: string): Promise<void> {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:page.localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await must("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", certificate]);
}
