import { createHash } from "node:crypto";
import { ServerStatus } from "../../api/server-status";
import type { FleetEvent } from "../events";
import type { Gateway, ToolReport } from "../gateway/gateway-api";
import type { ServerInfo } from "../servers/server-info";

/** Milliseconds until a server is asked again that did not tell its tools. */
const RETRY_MS = 60_000;
/** Events after which a server's tools may be others. */
const CHANGES = ["tools.changed", "tools.approved"];

interface Known {
  /** The process that was asked. */
  generation: string;
  digest?: string;
  /** Time from which it may be asked again, in milliseconds since 1970. */
  until: number;
}

/** Asks each server for its tools once a process, and keeps one digest over all of them. */
export class ToolsDigests {
  readonly #known = new Map<string, Known>();

  /** @param changed called when a digest is another one */
  constructor(
    private readonly gateway: Pick<Gateway, "tools">,
    private readonly changed: () => void,
  ) {}

  /** Returns the digest as last known; asks in the background where none is. Never throws. */
  of({ name, generation, status }: ServerInfo): string | undefined {
    const known = this.#known.get(name);
    const isSame = known?.generation === generation;
    const isDue = !isSame || (known.digest === undefined && known.until <= Date.now());
    if (status === ServerStatus.Running && isDue) void this.#ask(name, generation);
    return isSame ? known.digest : undefined;
  }

  /** Hears the fleet's events. */
  hear({ type, server }: Pick<FleetEvent, "type" | "server">): void {
    const known = server === undefined ? undefined : this.#known.get(server);
    if (server && known && CHANGES.includes(type) && known.until <= Date.now())
      void this.#ask(server, known.generation);
  }

  /** Forgets a server that is gone. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  /** Asks a server, and keeps the digest. Never rejects. */
  async #ask(name: string, generation: string): Promise<void> {
    const before = this.#known.get(name)?.digest;
    const asked: Known = { generation, digest: before, until: Date.now() + RETRY_MS };
    this.#known.set(name, asked);
    try {
      asked.digest = digestOf(await this.gateway.tools(name));
      asked.until = 0;
    } catch {
      asked.digest = undefined; // the gateway has logged it; the server's health says the rest
    }
    if (asked.digest !== before) this.changed();
  }
}

/** The same for the same tools, in whatever order the server lists them. */
export function digestOf(tools: readonly Pick<ToolReport, "name" | "digest">[]): string {
  const lines = tools.map(({ name, digest }) => `${JSON.stringify(name)} ${digest}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
