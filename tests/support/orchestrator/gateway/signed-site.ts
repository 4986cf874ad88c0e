import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteOAuth } from "../../../../manifest/remote-types";
import type { Manifest } from "../../../../manifest/types";
import type { SignInFor } from "../../../../orchestrator/gateway/gateway-api";
import { RemoteSignIns } from "../../../../orchestrator/gateway/sign-in/remote-sign-ins";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { manifestOf } from "./gateway-manifest";
import { type HttpCall, HttpServer, sessionServer } from "./http-server";
import { DONE } from "./http-site";
import { ISSUER, Issuer } from "./issuer";
import { FAR, RemoteSite } from "./remote-site";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
/** The operator, who signs in for all. */
export const ADMIN: SignInFor = { principal: "admin" };
const KEYS = [{ id: "one", key: "k".repeat(43) }];

/** A remote server that takes the tokens of an issuer of its own, behind the gateway. */
export class SignedSite {
  readonly issuer = new Issuer();
  /** Milliseconds that the orchestrator's clock is ahead. */
  ahead = 0;
  /** Servers whose sign-in has changed. */
  readonly changed: string[] = [];
  /** What the server says of itself. */
  metadata: Record<string, unknown> | undefined = {
    resource: `https://${FAR}/mcp`,
    authorization_servers: [`https://${ISSUER}`],
    scopes_supported: ["tools"],
  };
  /** Answers tools/call and GET. */
  onCall = (call: HttpCall): void =>
    call.method === "GET" ? void call.response.writeHead(405).end() : call.result(DONE);
  readonly server = new HttpServer((call) => this.#answer(call));
  readonly #session = sessionServer((call) => this.onCall(call));
  readonly folder = mkdtempSync(join(tmpdir(), "mcp-signed-"));
  signIns!: RemoteSignIns;
  remote!: RemoteSite;

  static async open(): Promise<SignedSite> {
    const site = new SignedSite();
    site.signIns = site.start();
    site.remote = await RemoteSite.open({ credentials: (server, who) => site.signIns.credentials(server, who) });
    await site.remote.publish(await site.server.start());
    await site.remote.publish(await site.issuer.start(), { place: `${ISSUER}:443` });
    return site;
  }

  /** As an orchestrator that starts: it knows what is on the disk. */
  start(keys = KEYS): RemoteSignIns {
    const changed = (name: string, of?: string): void => {
      this.changed.push(of === undefined ? name : `${name} of ${of}`);
      this.remote.site.gateway.signInChanged(name, of);
    };
    const warn = (message: string, error: Error): void => console.error(message, error);
    const now = (): number => Date.now() + this.ahead;
    return new RemoteSignIns({ folder: this.folder, keys, publicUrl: "http://127.0.0.1:18080", changed, warn, now });
  }

  declare(oauth: Partial<RemoteOAuth> = {}, more: Partial<Manifest> = {}): void {
    const egress = [`${FAR}:443`, `${ISSUER}:443`];
    const patient = manifestOf({ timeouts: { call: "20s", start: "20s" } });
    this.remote.declare("far", {}, { ...patient, oauth: { issuer: `https://${ISSUER}`, ...oauth }, egress, ...more });
  }

  get info(): ServerInfo {
    return this.remote.site.test.servers.get("far") as ServerInfo;
  }

  /** Somebody signs in. @returns what the browser is told */
  async signIn(by: SignInFor = ADMIN) {
    const { url } = await this.signIns.begin(this.info, by);
    return await this.signIns.finish(this.issuer.browse(url));
  }

  async call(principal?: string) {
    return (await this.remote.site.client("far", { principal })).call("x");
  }

  /** All that is on the disk. */
  get kept(): string {
    return readdirSync(this.folder)
      .map((name) => readFileSync(join(this.folder, name), "utf8"))
      .join("\n");
  }

  async close(): Promise<void> {
    await this.remote.close();
    await this.server.stop();
    await this.issuer.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #answer(call: HttpCall): void {
    const { headers, request } = call;
    const isMetadata = request.url === `${WELL_KNOWN}/mcp`;
    if (isMetadata && this.metadata) call.json(this.metadata);
    else if (request.url !== "/mcp") call.response.writeHead(404).end();
    else if (this.issuer.accepts(headers.authorization)) this.#session(call);
    else {
      const challenge = `Bearer error="invalid_token", resource_metadata="https://${FAR}${WELL_KNOWN}/mcp"`;
      call.json({ error: "invalid_token" }, { "www-authenticate": challenge }, 401);
    }
  }
}
