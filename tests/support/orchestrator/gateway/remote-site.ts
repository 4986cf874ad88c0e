import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { Manifest } from "../../../../manifest/types";
import type { GatewayDeps } from "../../../../orchestrator/gateway/gateway";
import type { RemoteAddress } from "../../../../orchestrator/servers/server-info";
import { manifestOf } from "./gateway-manifest";
import { Site } from "./gateway-site";
import { FAR, ISSUER } from "./issuer";

export { FAR };

/** The gateway, with servers behind TLS that it reaches through a proxy of the test's. */
export class RemoteSite {
  /** The secrets' files, as the volume has them. */
  readonly secrets = mkdtempSync(join(tmpdir(), "mcp-remote-"));
  /** Places that the proxy was asked for. */
  readonly asked: string[] = [];
  /** Ports of this machine by the place that leads there. All others the proxy refuses. */
  readonly places = new Map<string, number>();
  /** The names that clients gave TLS. */
  readonly named: string[] = [];
  readonly #servers: (Server | NetServer)[] = [];
  #proxy = 0;

  private constructor(readonly site: Site) {}

  static async open(deps: Partial<GatewayDeps> = {}): Promise<RemoteSite> {
    const remote = new RemoteSite(await Site.open({}, deps));
    remote.#certificates();
    remote.#proxy = await remote.#listen(remote.#createProxy());
    return remote;
  }

  /** Puts TLS with the name's certificate in front of a plain server, and a place of the proxy in front of that. */
  async publish(url: string, options: { clients?: boolean; place?: string } = {}): Promise<void> {
    const { hostname, port } = new URL(url);
    const file = (name: string) => readFileSync(join(this.secrets, name));
    const tls = {
      ...{ key: file("server.key"), cert: file("server.pem"), ca: file("ca") },
      requestCert: options.clients ?? false,
      SNICallback: (name: string, done: (error: null) => void) => {
        this.named.push(name);
        done(null);
      },
    };
    const front = createTlsServer(tls, (socket) => {
      const inner = connect(Number(port), hostname);
      for (const one of [socket, inner]) one.on("error", () => [socket, inner].forEach((end) => void end.destroy()));
      socket.pipe(inner).pipe(socket);
    });
    this.places.set(options.place ?? `${FAR}:443`, await this.#listen(front));
  }

  /** Declares a remote server. */
  declare(name: string, more: Partial<RemoteAddress> = {}, manifest: Partial<Manifest> = {}): void {
    const address: RemoteAddress = {
      ...{ type: "remote", protocol: "streamable-http", url: `https://${FAR}/mcp` },
      ...{ proxy: { host: "127.0.0.1", port: this.#proxy }, secrets: this.secrets, ...more },
    };
    const quick = manifestOf({ timeouts: { call: "3s", start: "3s" } });
    this.site.test.servers.set(name, address, { ...quick, tls: { ca: { secret: "ca" } }, ...manifest });
  }

  secret(name: string, value: string): void {
    writeFileSync(join(this.secrets, name), value);
  }

  async close(): Promise<void> {
    await Site.closeAll();
    for (const server of this.#servers.splice(0)) {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    }
    rmSync(this.secrets, { recursive: true, force: true });
  }

  async #listen(server: Server | NetServer): Promise<number> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    return (server.address() as AddressInfo).port;
  }

  #createProxy(): Server {
    return createServer((_request, response) => response.writeHead(400).end()).on("connect", ({ url = "" }, socket) => {
      this.asked.push(url);
      const port = this.places.get(url);
      if (port === undefined) {
        const reason = `Refused by the egress proxy: ${url} is not listed.\n`;
        return socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`);
      }
      const inner = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(inner).pipe(socket);
      });
      for (const one of [socket, inner]) one.on("error", () => [socket, inner].forEach((end) => void end.destroy()));
    });
  }

  /** An authority (`ca`), the server's certificate, and one for a client. */
  #certificates(): void {
    const run = (...args: string[]) => execFileSync("openssl", args, { cwd: this.secrets, stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    run("req", "-x509", ...key, "-days", "2", "-subj", "/CN=far", "-keyout", "ca.key", "-out", "ca");
    for (const [file, name, ...others] of [
      ["server", FAR, ISSUER],
      ["client", "gateway"],
    ]) {
      run("req", ...key, "-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.csr`);
      writeFileSync(
        join(this.secrets, `${file}.ext`),
        `subjectAltName=${[name, ...others].map((one) => `DNS:${one}`).join()}\n`,
      );
      const sign = ["-CA", "ca", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", `${file}.ext`];
      run("x509", "-req", "-in", `${file}.csr`, ...sign, "-out", `${file}.pem`);
    }
  }
}
