import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { OFFICIAL_META } from "../../../manifest/server-json";

/** A server of a registry: a package of npm with a secret, and a variable that the user has to fill in. */
export const WEATHER = {
  name: "io.example.me/weather",
  title: "Weather",
  description: "Tells the weather",
  version: "1.2.3",
  packages: [
    {
      registryType: "npm",
      identifier: "@me/weather-mcp",
      version: "1.2.3",
      transport: { type: "stdio" },
      packageArguments: [{ type: "positional", value: "--metric" }],
      environmentVariables: [
        { name: "WEATHER_API_KEY", description: "Your key", isRequired: true, isSecret: true },
        { name: "WEATHER_CITY", description: "Where you are", isRequired: true },
      ],
    },
  ],
};

/** An image that needs a token. */
export const IMAGE = {
  ...{ name: "io.example.me/greeter", description: "Greets", version: "2.0.0" },
  packages: [
    {
      registryType: "oci",
      identifier: `ghcr.io/me/greeter:2.0.0@sha256:${"a".repeat(64)}`,
      transport: { type: "stdio" },
      environmentVariables: [
        { name: "GREETER_TOKEN", description: "Of the greeter", isRequired: true, isSecret: true },
      ],
    },
  ],
};

/** The read API of the official registry: a list with search and cursors, and a server's versions. */
export class Registry {
  readonly asked: string[] = [];
  api = "v0.1";
  readonly servers: Record<string, unknown>[] = [WEATHER];
  private readonly server: Server;

  constructor() {
    this.server = createServer(({ url = "" }, response) => {
      this.asked.push(url);
      const { pathname, searchParams } = new URL(url, "http://registry");
      const [, api, , name, , version] = pathname.split("/").map(decodeURIComponent);
      const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      const entry = (one: unknown) => ({
        server: one,
        _meta: { [OFFICIAL_META]: { status: "active", isLatest: true } },
      });
      if (api !== this.api) return say(404, { title: "Not Found" });
      if (name !== undefined) {
        const one = this.servers.find((known) => known.name === name && ["latest", known.version].includes(version));
        return one ? say(200, entry(one)) : say(404, { title: "Not Found", detail: "Server not found" });
      }
      const found = this.servers.filter((one) => String(one.name).includes(searchParams.get("search") ?? ""));
      const from = Number(searchParams.get("cursor") ?? 0);
      const size = Math.min(2, Number(searchParams.get("limit")));
      const more = from + size < found.length ? { nextCursor: String(from + size) } : {};
      return say(200, { servers: found.slice(from, from + size).map(entry), metadata: { count: size, ...more } });
    });
  }
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.server.close().closeAllConnections();
  }
}
