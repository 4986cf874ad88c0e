import { canonicalJson } from "../../../lib/canonical-json";
import { milliseconds } from "../../../lib/durations";
import { GatewayError } from "../gateway-api";
import { ErrorCode, type JsonObject, notificationText, type Request } from "../wire/json-rpc";
import { LEGACY_VERSIONS } from "../wire/modern";
import { GATEWAY_INFO } from "../wire/modern-send";
import type { Backend } from "./backend";
import { discover } from "./discover";
import { ownHandshake } from "./handshake";
import { Link } from "./link";
import { watchLists } from "./watch-lists";

/** Calls on one link before another process is started for more. */
const COMFORTABLE = 4;
const SWEEP_MS = 2_000;
/** Milliseconds that a link for a few questions is kept after the last. */
const BRIEF_MS = 2_000;

/** What a link is for: links are never shared between different ones of these. */
export interface LinkUse {
  /** Name of the principal: no process serves two. */
  principal: string;
  /** The client's capabilities; a server of the era with sessions is told them once, at its start. */
  capabilities: JsonObject;
  /** One call at a time. */
  exclusive: boolean;
  /** For a subscription, which stays open; on the link that calls use, because there things change. */
  listener?: boolean;
  /** A few questions and no more: the process need not wait for others. */
  brief?: boolean;
}

/** A link, and the era its server speaks. */
export interface PooledLink {
  link: Link;
  era: "modern" | "legacy";
  /** The server's answer to `initialize`, where there was one. */
  initialized?: JsonObject;
}

interface Entry extends PooledLink {
  key: string;
  brief: boolean;
}

/** Initialised connections to one server for calls that belong to no session. */
export class LinkPool {
  readonly #entries = new Set<Entry>();
  readonly #opening = new Map<string, Promise<Entry>>();
  readonly #sweeper: NodeJS.Timeout;
  #discovering: Promise<void> | undefined;

  constructor(private readonly backend: Backend) {
    backend.reclaimers.push(() => this.#reclaim());
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#entries.size;
  }

  get idle(): number {
    return [...this.#entries].filter(({ link }) => link.idle).length;
  }

  get load(): number {
    return [...this.#entries].reduce((sum, { link }) => sum + link.load, 0);
  }

  /** A link with room for one more call. @throws GatewayError 404, 502, 503, 504 */
  async acquire(use: LinkUse): Promise<PooledLink> {
    const { shared } = this.backend;
    if (!shared) await this.#knowEra();
    const key = this.#key(use);
    const mine = [...this.#entries].filter(
      (entry) => entry.key === key && !(entry.link.exclusive && entry.link.load > 0),
    );
    const best = mine.sort((a, b) => a.link.load - b.link.load)[0];
    if (best && (shared || use.listener || best.link.load < (use.exclusive ? 1 : COMFORTABLE)))
      return this.#take(best, use);
    // Callers that come together at the start share the first process.
    const together = !use.exclusive || shared;
    const opening = together ? this.#opening.get(key) : undefined;
    if (opening) return this.#take(await opening, use);
    const opened = this.#open(key, use);
    if (together) this.#opening.set(key, opened);
    try {
      const entry = this.#take(await opened, use);
      entry.link.release(); // as promised when it was opened
      return entry;
    } catch (error) {
      const full = error instanceof GatewayError && error.code === ErrorCode.Busy;
      if (full && best && !use.exclusive && best.link.upstream.alive) return this.#take(best, use);
      throw error;
    } finally {
      if (this.#opening.get(key) === opened) this.#opening.delete(key);
    }
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const { link } of this.#entries) link.close();
  }

  #key({ principal, capabilities }: LinkUse): string {
    if (this.backend.shared) return "";
    return this.backend.eras.modern ? principal : `${principal}\n${canonicalJson(capabilities)}`;
  }

  /** Asked once, however many callers come at the start. */
  #knowEra(): Promise<void> | undefined {
    if (this.backend.eras.modern !== undefined) return undefined;
    this.#discovering ??= discover(this.backend).finally(() => {
      this.#discovering = undefined;
    });
    return this.#discovering;
  }

  #take(entry: Entry, { exclusive, listener, brief = false }: LinkUse): Entry {
    entry.brief = brief && !this.backend.shared;
    if (!listener) entry.link.exclusive = exclusive && !this.backend.shared;
    entry.link.reserved++;
    if (listener) entry.link.listeners++;
    return entry;
  }

  async #open(key: string, use: LinkUse): Promise<Entry> {
    if (this.backend.shared) return this.#legacy(key, { ...use, capabilities: {} });
    return this.backend.eras.modern ? this.#modern(key) : this.#legacy(key, use);
  }

  async #modern(key: string): Promise<Entry> {
    const { upstream } = await this.backend.open();
    const link = new Link(upstream, () => this.#entries.delete(entry));
    const entry: Entry = { key, link, era: "modern", brief: false };
    upstream.user = link;
    this.#add(entry);
    watchLists(link, this.backend);
    return entry;
  }

  async #legacy(key: string, use: LinkUse): Promise<Entry> {
    const params = {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities: use.capabilities,
      clientInfo: GATEWAY_INFO,
    };
    const request: Request = { jsonrpc: "2.0", id: "dind-mcp:initialize", method: "initialize", params };
    const opened = await ownHandshake(this.backend, request, JSON.stringify(request));
    const { error } = opened.message;
    if (error) {
      opened.upstream.close();
      throw new GatewayError(
        502,
        ErrorCode.ServerUnavailable,
        `server ${this.backend.name} refused initialize: ${error.message}`,
      );
    }
    const link = new Link(opened.upstream, () => this.#entries.delete(entry));
    link.common = this.backend.shared;
    const entry: Entry = { key, link, era: "legacy", brief: false, initialized: opened.message.result };
    const method = "notifications/initialized";
    opened.upstream.send({ method }, notificationText(method, {}));
    opened.takeOver(link);
    return this.#add(entry);
  }

  #add(entry: Entry): Entry {
    entry.link.others.add(({ method = "" }) => {
      if (method.endsWith("/list_changed")) this.backend.listChanged(method);
    });
    entry.link.reserved++; // for whoever it was opened for
    if (entry.link.upstream.alive) this.#entries.add(entry);
    return entry;
  }

  #reclaim(): boolean {
    const idle = [...this.#entries].filter(({ link }) => link.idle).sort((a, b) => a.link.usedAt - b.link.usedAt)[0];
    idle?.link.close();
    return idle !== undefined;
  }

  #sweep(): void {
    const now = Date.now();
    let limit = 0;
    try {
      limit = milliseconds(this.backend.info().manifest.sessions.idleTimeout);
    } catch {
      // the server is gone: so are its links
    }
    for (const { link, brief } of this.#entries) {
      if (link.idle && now - link.usedAt > (brief ? BRIEF_MS : limit)) link.close();
    }
  }
}
