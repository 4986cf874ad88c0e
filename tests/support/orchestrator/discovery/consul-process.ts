import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { agentConfig } from "../../../../components/inner/consul-config";
import { eventually } from "../../eventually";
import { freePort } from "../../free-port";

const RECIPE = join(__dirname, "../../../../toolchain/offline/consul/go.mod");

/** The program that toolchain/offline/consul/build.sh made; undefined: it was never built here. */
export function consulProgram(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const cache = env.DIND_MCP_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "dind-mcp");
  const [, version = ""] = /^require github\.com\/hashicorp\/consul v(\S+)$/m.exec(readFileSync(RECIPE, "utf8")) ?? [];
  const file = join(cache, "consul", version, "consul");
  return existsSync(file) ? file : undefined;
}

/** Files of an agent with TLS, which then asks for a client certificate. */
export interface AgentTls {
  ca: string;
  cert: string;
  key: string;
  /** What the test itself shows. */
  clientCert: string;
  clientKey: string;
}

/** The token that may do everything, where there are ACLs. */
export const MANAGEMENT = "11111111-2222-3333-4444-555555555555";

interface AgentOptions {
  acl?: boolean;
  embedded?: boolean;
  tls?: AgentTls;
  clients?: string[];
}

/** A real Consul agent with a server of its own: one node, one datacenter. */
export class ConsulProcess {
  #child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    readonly address: string,
    private readonly tls: AgentTls | undefined,
    private readonly acl: boolean,
  ) {}

  /**
   * @param acl nothing is allowed without a token
   * @param embedded as the agent inside an engine is configured
   * @param clients addresses of this machine on which its API listens, besides loopback
   */
  static async start(
    program: string,
    { acl = false, embedded = false, tls, clients = [] }: AgentOptions = {},
  ): Promise<ConsulProcess> {
    const folder = await mkdtemp(join(tmpdir(), "mcp-test-consul-"));
    const api = await freePort();
    const off = { dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 };
    const ports = {
      ...off,
      ...(tls ? { https: api, http: -1 } : { http: api }),
      serf_lan: await freePort(),
      server: await freePort(),
    };
    const client_addr = ["127.0.0.1", ...clients].join(" ");
    const config = {
      ...{
        server: true,
        bootstrap: true,
        node_name: "node",
        datacenter: "dc1",
        bind_addr: "127.0.0.1",
        client_addr,
        ports,
      },
      ...{ disable_update_check: true, performance: { raft_multiplier: 1 }, log_level: "warn" },
      ...(tls
        ? { tls: { https: { ca_file: tls.ca, cert_file: tls.cert, key_file: tls.key, verify_incoming: true } } }
        : {}),
      ...(acl
        ? {
            acl: {
              enabled: true,
              default_policy: "deny",
              tokens: { initial_management: MANAGEMENT, agent: MANAGEMENT },
            },
          }
        : {}),
    };
    const { http = api, serf_lan, server } = ports;
    const place = { dataFolder: join(folder, "data"), addresses: ["127.0.0.1"], ports: { http, serf_lan, server } };
    const written = embedded ? agentConfig(MANAGEMENT, place) : config;
    await writeFile(join(folder, "config.json"), JSON.stringify(written));
    const scheme = tls ? "https" : "http";
    const made = new ConsulProcess(program, folder, `${scheme}://127.0.0.1:${api}`, tls, acl);
    await made.up();
    return made;
  }

  /** Starts it, and waits until it leads. */
  async up(): Promise<void> {
    const args = ["agent", "-config-file", join(this.folder, "config.json"), "-data-dir", join(this.folder, "data")];
    this.#child = spawn(this.program, args, { stdio: "ignore" });
    await eventually(async () => {
      await this.call("PUT", "/v1/kv/ready", "yes");
      if (this.acl) await this.call("GET", "/v1/acl/tokens");
    }, 60_000);
  }

  /** Ends it at once. @param forget what it had on its disk too */
  async down({ forget = false } = {}): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    if (forget) await rm(join(this.folder, "data"), { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Makes a token with these rules. */
  async token(rules: string): Promise<string> {
    const Name = `p${Date.now()}`;
    await this.call("PUT", "/v1/acl/policy", JSON.stringify({ Name, Rules: rules }));
    const made = await this.call("PUT", "/v1/acl/token", JSON.stringify({ Policies: [{ Name }] }));
    return (made as { SecretID: string }).SecretID;
  }

  /** Asks its API with all rights. @throws Error for any status but 200 */
  call(method: string, path: string, body?: string): Promise<unknown> {
    const { tls } = this;
    const read = (file: string): string => readFileSync(file, "utf8");
    const agent = tls && new Agent({ ca: read(tls.ca), cert: read(tls.clientCert), key: read(tls.clientKey) });
    return new Promise((resolve, reject) => {
      const ask = tls ? httpsRequest : httpRequest;
      const headers = { "x-consul-token": MANAGEMENT };
      const asked = ask(this.address + path, { method, agent, headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.statusCode !== 200) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
          else resolve(text === "" ? undefined : JSON.parse(text));
        });
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  /** The state of every service of the catalog, by name: passing, warning or critical; without Consul's own. */
  async catalog(): Promise<Record<string, string>> {
    const names = Object.keys((await this.call("GET", "/v1/catalog/services")) as object).filter(
      (name) => name !== "consul",
    );
    const states = names.map(async (name): Promise<[string, string]> => {
      const found = (await this.call("GET", `/v1/health/service/${name}`)) as { Checks: { Status: string }[] }[];
      const all = found.flatMap(({ Checks }) => Checks.map(({ Status }) => Status));
      return [name, ["critical", "warning"].find((state) => all.includes(state)) ?? "passing"];
    });
    return Object.fromEntries(await Promise.all(states));
  }
}
