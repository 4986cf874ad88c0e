import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerStatus } from "../../../../api/server-status";
import type { OrchestratorConfig } from "../../../../config/orchestrator-config";
import { createDiscovery, type Discovery } from "../../../../orchestrator/discovery/create-discovery";
import { Events } from "../../../../orchestrator/events";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { ServerTable } from "../../../../orchestrator/servers/server-table";
import { testConfig } from "../../config/orchestrator-config";
import { server } from "../rest/fleet";

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** The orchestrator's table of servers without an engine, and discovery over it. */
export class LiveFleet {
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-test-fleet-"));
  readonly #events = new Events((error) => assertNever(error));
  readonly #table = new ServerTable<ServerInfo>(this.#events, quiet as never);
  #discovery: Discovery | undefined;
  synced = true;
  connected = true;

  /** Writes what the stack would, and begins. @param secrets of consul.json */
  announce(consul: NonNullable<OrchestratorConfig["consul"]>, secrets: object = {}): void {
    this.keep(secrets);
    this.#discovery = createDiscovery({
      config: { ...testConfig({ publicUrl: "http://127.0.0.1:18080" }), consul },
      servers: this,
      gateway: { protocols: ["2026-07-28"], tools: async () => [] },
      ...{ events: this.#events, log: quiet },
      stateFolder: this.#folder,
      secretsFile: this.#secrets,
    });
  }

  /** Writes other secrets, as `up` does. */
  keep(secrets: object): void {
    writeFileSync(this.#secrets, JSON.stringify(secrets));
  }

  /** A server is so from now on. */
  set(name: string, status: ServerStatus = ServerStatus.Running): void {
    this.#table.set(name, server(name, { status }));
  }

  gone(name: string): void {
    this.#table.set(name, undefined);
  }

  list() {
    return this.#table.list();
  }

  onChange(listener: Parameters<ServerTable<ServerInfo>["onChange"]>[0]): () => void {
    return this.#table.onChange(listener);
  }

  state() {
    return this.#discovery?.consul();
  }

  /** What the catalog should say. */
  wanted(): Record<string, string> {
    const servers = this.list().filter(({ status }) => status !== ServerStatus.Stopped);
    const state = (status: ServerStatus): string => (status === ServerStatus.Running ? "passing" : "critical");
    return {
      "mcp-orchestrator": "passing",
      ...Object.fromEntries(servers.map(({ name, status }) => [`mcp-${name}`, state(status)])),
    };
  }

  async close(): Promise<void> {
    await this.#discovery?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #secrets(): string {
    return join(this.#folder, "consul.json");
  }
}

function assertNever(error: Error): never {
  throw error;
}
