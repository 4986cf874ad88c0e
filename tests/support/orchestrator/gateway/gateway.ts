import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prefixOf } from "../../../../api/paths";
import { Scope } from "../../../../api/scopes";
import { ServerStatus } from "../../../../api/server-status";
import type { Manifest } from "../../../../manifest/types";
import type { AuditEntry } from "../../../../orchestrator/audit/entry";
import { Events } from "../../../../orchestrator/events";
import { type GatewayDeps, McpGateway } from "../../../../orchestrator/gateway/gateway";
import { routeOf, withoutPrefix } from "../../../../orchestrator/http/paths";
import type { Principal } from "../../../../orchestrator/security/principal";
import type { ServerAddress, ServerInfo, Servers } from "../../../../orchestrator/servers/server-info";
import { type ConfigChanges, testConfig } from "../../config/orchestrator-config";
import { manifest } from "../../manifest/documents";
import { container } from "../servers/container";

/** A list of servers that a test writes by hand. */
export class FixedServers implements Servers {
  readonly infos = new Map<string, ServerInfo>();
  readonly memories = new Map<string, { usage: number; limit: number }>();
  readonly #listeners = new Set<Parameters<Servers["onChange"]>[0]>();

  list = (): ServerInfo[] => [...this.infos.values()];
  get = (name: string): ServerInfo | undefined => this.infos.get(name);
  memory = (name: string): { usage: number; limit: number } | undefined => this.memories.get(name);

  onChange(listener: Parameters<Servers["onChange"]>[0]): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds a server or takes its place; without an address it is removed. */
  set(name: string, address?: ServerAddress, more: Partial<Manifest> = {}): void {
    const previous = this.infos.get(name);
    const current: ServerInfo | undefined = address && {
      name,
      manifest: { ...manifest({ name }), ...more },
      managedBy: "pulumi",
      status: ServerStatus.Running,
      generation: `${performance.now()}`,
      address,
      runtime: container(name),
    };
    if (current) this.infos.set(name, current);
    else this.infos.delete(name);
    for (const listener of this.#listeners) listener(name, current, previous);
  }
}

export interface TestGateway {
  gateway: McpGateway;
  servers: FixedServers;
  events: Events;
  audited: AuditEntry[];
  ended: string[];
  /** http://127.0.0.1:PORT */
  url: string;
  /** Who asks when a request names nobody: its header X-Test-Principal chooses another. */
  principals: Map<string, Principal>;
  close(): Promise<void>;
}

const EVERYONE: Principal = { name: "test", scopes: new Set(Object.values(Scope)) };

/** The gateway in this process behind a bare HTTP server, without the guard. */
export async function startGateway(more: ConfigChanges = {}, deps: Partial<GatewayDeps> = {}): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-gateway-"));
  const servers = new FixedServers();
  const events = new Events(console.error);
  const audited: AuditEntry[] = [];
  const ended: string[] = [];
  const config = testConfig({ publicUrl: "http://127.0.0.1", allowedHosts: ["127.0.0.1"], ...more });
  const gateway = new McpGateway({
    config,
    servers,
    events,
    audit: { record: (entry) => audited.push(entry) },
    observer: { call: () => {}, sessionOpened: () => {}, sessionEnded: (_server, reason) => ended.push(reason) },
    approvalsFile: join(folder, "approved.json"),
    warn: (message, error) => console.error(message, error),
    ...deps,
  });
  const principals = new Map<string, Principal>();
  const server: Server = createServer((request, response) => {
    const who = principals.get(String(request.headers["x-test-principal"])) ?? EVERYONE;
    const route = routeOf(withoutPrefix(request.url ?? "", prefixOf(config.publicUrl))); // as the front does
    if (route) gateway.handle(request, response, who, { id: "r", client: "127.0.0.1" }, route);
    else response.writeHead(404).end();
  });
  server.keepAliveTimeout = 75_000; // as the front's: a busy test would else use a connection that is just being closed
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    await gateway.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway, servers, events, audited, ended, url, principals, close };
}
