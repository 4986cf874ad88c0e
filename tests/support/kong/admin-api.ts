import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { parse, stringify } from "yaml";
import { wrongEntity } from "./schema";

export type Row = Record<string, unknown> & { id: string };
interface Answer {
  status: number;
  body?: unknown;
}
type Store = Record<string, Map<string, Row>>;

const KINDS = ["upstreams", "targets", "services", "routes", "plugins", "consumers"];
const UNIQUE = ["upstreams", "services", "routes"];
/** Field that refers to another entity, and that entity's kind. */
const REFERENCES: Record<string, [field: string, to: string]> = {
  targets: ["upstream", "upstreams"],
  routes: ["service", "services"],
  plugins: ["service", "services"],
};

/**
 * A stand-in for Kong's Admin API, as its documentation tells it: entities by id or name, PUT as an upsert, pages with
 * `offset`, lists by tag, references that must hold, names once, 405 without a database, and `/config` that replaces all.
 */
export class KongAdmin {
  readonly store: Store = Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
  /** What changed something: METHOD PATH. */
  readonly writes: string[] = [];
  /** The largest page that it gives out. */
  page = 1_000;
  /** Refuses every request without this Kong-Admin-Token. */
  token: string | undefined;
  readonly #server: Server;

  private constructor(readonly database: "postgres" | "off") {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(database: "postgres" | "off" = "postgres"): Promise<KongAdmin> {
    const admin = new KongAdmin(database);
    await new Promise<void>((resolve) => admin.#server.listen(0, "127.0.0.1", resolve));
    return admin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Puts an entity of somebody else's there. */
  plant(kind: string, row: Row): void {
    this.store[kind]?.set(row.id, row);
  }

  rows(kind: string): Row[] {
    return [...(this.store[kind]?.values() ?? [])];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const body = method === "PUT" || method === "POST" ? ((await json(request)) as Row) : undefined;
    const { status, body: said } = this.#of(method, new URL(url, "http://kong"), body, request);
    if (method !== "GET" && status < 300) this.writes.push(`${method} ${url}`);
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(said === undefined ? "" : JSON.stringify(said));
  }

  #of(method: string, { pathname, searchParams }: URL, body: Row | undefined, request: IncomingMessage): Answer {
    if (this.token !== undefined && request.headers["kong-admin-token"] !== this.token) {
      return { status: 401, body: { message: "Invalid RBAC credentials. Token or User credentials required" } };
    }
    if (pathname === "/")
      return { status: 200, body: { version: "3.9.1", configuration: { database: this.database } } };
    if (pathname === "/config") return this.#config(method, body);
    const parts = pathname.slice(1).split("/");
    const [kind = "", key] = parts.length > 2 ? parts.slice(2) : parts;
    const owner = parts.length > 2 ? this.#find(parts[0] as string, parts[1] as string) : undefined;
    if (!this.store[kind] || (parts.length > 2 && !owner)) return notFound();
    if (key === undefined && method === "GET") return this.#list(kind, owner, searchParams);
    if (key === undefined) return { status: 405, body: { message: "Method not allowed" } };
    if (method === "GET") {
      const row = this.#find(kind, key);
      return row ? { status: 200, body: row } : notFound();
    }
    if (this.database === "off") {
      return { status: 405, body: { message: `cannot ${method} '${kind}' entities when not using a database` } };
    }
    return method === "PUT" ? this.#put(kind, key, owner, body ?? { id: "" }) : this.#delete(kind, key);
  }

  #list(kind: string, owner: Row | undefined, query: URLSearchParams): Answer {
    const tags = query.get("tags")?.split(",");
    const all = this.rows(kind).filter((row) => {
      const own = (row.tags as string[] | undefined) ?? [];
      const [field = ""] = REFERENCES[kind] ?? [];
      const belongs = !owner || (row[field] as Row | undefined)?.id === owner.id;
      return belongs && (owner !== undefined || !tags || tags.every((tag) => own.includes(tag)));
    });
    const from = Number(query.get("offset") ?? 0);
    const size = Math.min(Number(query.get("size") ?? 100), this.page);
    const offset = from + size < all.length ? String(from + size) : undefined;
    const next = offset === undefined ? null : `/${kind}?offset=${offset}`;
    return { status: 200, body: { data: all.slice(from, from + size), next, ...(offset ? { offset } : {}) } };
  }

  #put(kind: string, key: string, owner: Row | undefined, body: Row): Answer {
    const wrong = wrongEntity(kind, body);
    if (wrong.length > 0) {
      return { status: 400, body: { code: 2, name: "schema violation", message: `schema violation (${wrong[0]})` } };
    }
    const [field, to] = REFERENCES[kind] ?? [];
    const reference = field === undefined ? undefined : (body[field] as Row | undefined);
    if (to && reference && !this.store[to]?.has(reference.id)) {
      return {
        status: 400,
        body: {
          code: 4,
          name: "foreign key violation",
          message: `the foreign key '{id="${reference.id}"}' does not reference an existing '${to}' entity.`,
        },
      };
    }
    const twin = UNIQUE.includes(kind) && this.rows(kind).find((row) => row.name === body.name && row.id !== key);
    if (twin) {
      return {
        status: 409,
        body: {
          code: 5,
          name: "unique constraint violation",
          message: `UNIQUE violation detected on '{name="${body.name}"}'`,
        },
      };
    }
    const row = { ...defaults(kind), ...body, ...(owner ? { upstream: { id: owner.id } } : {}), id: key };
    this.store[kind]?.set(key, { ...row, tags: [...((body.tags as string[]) ?? [])].reverse(), updated_at: 1 });
    return { status: 200, body: row };
  }

  #delete(kind: string, key: string): Answer {
    const row = this.#find(kind, key);
    if (!row) return { status: 204 };
    for (const [child, [field, to]] of Object.entries(REFERENCES)) {
      const inside = this.rows(child).filter((one) => to === kind && (one[field] as Row | undefined)?.id === row.id);
      if (inside.length > 0 && child === "routes") {
        return {
          status: 400,
          body: { code: 4, message: "an existing 'routes' entity references this 'services' entity" },
        };
      }
      for (const { id } of inside) this.store[child]?.delete(id);
    }
    this.store[kind]?.delete(row.id);
    return { status: 204 };
  }

  #config(method: string, body: Row | undefined): Answer {
    if (this.database !== "off") {
      const message = "this endpoint is only available when Kong is configured to not use a database";
      return { status: 400, body: { message } };
    }
    if (method === "GET") {
      const flat = KINDS.map((kind) => [kind, this.rows(kind).map(withFlatReference)]);
      const document = { _format_version: "3.0", _transform: false, ...Object.fromEntries(flat) };
      return { status: 200, body: { config: stringify(document) } };
    }
    if (!body?._format_version) return { status: 400, body: { message: "expected a declarative configuration" } };
    for (const rows of Object.values(this.store)) rows.clear();
    for (const kind of KINDS) for (const row of (body[kind] as Row[] | undefined) ?? []) this.#load(kind, row);
    return { status: 201, body: {} };
  }

  #load(kind: string, row: Row): void {
    const own: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(row)) {
      if (!KINDS.includes(name)) own[name] = value;
      else for (const inner of value as Row[]) this.#load(name, { ...inner, [REFERENCES[name]?.[0] ?? ""]: row.id });
    }
    const [field] = REFERENCES[kind] ?? [];
    if (field && typeof own[field] === "string") own[field] = { id: own[field] };
    this.store[kind]?.set(row.id, { ...defaults(kind), ...own } as Row);
  }

  #find(kind: string, key: string): Row | undefined {
    return this.store[kind]?.get(key) ?? this.rows(kind).find(({ name }) => name === key);
  }
}

/** Fields that Kong fills in. */
function defaults(kind: string): object {
  if (kind === "services") return { path: null, enabled: true, created_at: 1 };
  if (kind === "routes") return { methods: null, regex_priority: 0, https_redirect_status_code: 426, created_at: 1 };
  return { created_at: 1 };
}

/** An export refers by id alone. */
function withFlatReference(row: Row): Row {
  const text = JSON.stringify(row, (_name, value) => (isReference(value) ? value.id : value));
  return parse(text) as Row;
}

function isReference(value: unknown): value is { id: string } {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "id";
}

function notFound(): Answer {
  return { status: 404, body: { message: "Not found" } };
}
