import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** npm's search and PyPI's JSON API behind one URL. */
export class PackageRegistry {
  readonly asked: string[] = [];
  /** Packages by name; PyPI has those without a scope. */
  readonly packages: { name: string; version: string; description: string }[] = [
    { name: "@me/weather-mcp", version: "1.2.3", description: "Tells the weather" },
    { name: "weather-mcp", version: "0.3.0", description: "Another one" },
  ];
  readonly #server: Server;

  constructor() {
    this.#server = createServer(({ url = "" }, response) => {
      this.asked.push(url);
      const { pathname, searchParams } = new URL(url, "http://registry");
      const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (pathname === "/-/v1/search") {
        const found = this.packages.filter(({ name }) => name.includes(searchParams.get("text") ?? ""));
        const objects = found.slice(0, Number(searchParams.get("size"))).map((one) => ({ package: one }));
        return say(200, { objects, total: found.length });
      }
      const [, name] = /^\/pypi\/([^/]+)\/json$/.exec(pathname) ?? [];
      const one = this.packages.find((known) => known.name === name);
      if (!one) return say(404, { message: "Not Found" });
      say(200, { info: { name, version: one.version, summary: one.description }, releases: {} });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close().closeAllConnections();
  }
}

/** A server of the catalog that a stack does not run. */
export const OFFER = {
  ...{ name: "memory", title: "Memory", description: "Remembers what it is told", version: "2026.1.26" },
  opens: {
    ...{ egress: [], storage: ["/data (1g)"], mounts: [], secrets: [], other: [] },
    limits: { cpus: 1, memory: "512m", processes: 128 },
  },
  steps: ["pulumi config set --path 'dind-mcp:servers[2]' memory", "bin/dind-mcp up"],
};
