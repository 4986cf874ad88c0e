import { createHash } from "node:crypto";
import { prefixOf } from "../../../api/paths";
import { BODY_MIB, IDLE_SECONDS, METADATA, REQUEST_ID } from "../limits";
import { type Member, pathOf } from "../member";
import type { Backend, Host, Route, Site } from "../site";

/** The kinds of entities that are made, in the order in which they are made: what refers to another comes after it. */
export const KINDS = ["upstreams", "targets", "services", "routes", "plugins"] as const;
export type Kind = (typeof KINDS)[number];

/** An entity of Kong's, as its Admin API takes it. */
export interface Entity {
  kind: Kind;
  /** Made of its name, so that the same fleet has the same entities each time. */
  id: string;
  /** What it is called, for people. */
  title: string;
  /** Without `id` and `tags`. A reference to another entity is `{id}`. */
  fields: Record<string, unknown>;
}

/** What Kong is to do beside handing on. */
export interface KongWishes {
  /** Name of everything that is made, and the tag that it carries. */
  tag: string;
  /** Kong asks for a key of its own, in the header `apikey`. */
  keyAuth: boolean;
  /** Requests of one client a minute. 0: no limit. */
  requestsPerMinute: number;
  /** Routes for whatever host name is asked for. @default for the site's alone */
  anyHost?: boolean;
}

const MS = 1_000;
const CONNECT_MS = 5_000;

/**
 * The entities for a site: an upstream for each of the fleet's ports; a service and a route for each server, for all else
 * of the API, for what needs no key, and for the page.
 * @param members of the fleet
 */
export function kongEntities(site: Site, members: Member[], wishes: KongWishes): Entity[] {
  const entities = new Entities(wishes);
  for (const backend of site.backends) entities.upstream(backend);
  for (const host of site.hosts) {
    for (const route of host.routes) {
      if (route.backend === "dind-mcp-page") entities.service("page", host, route, { isOpen: true });
      else addApi(entities, host, route, prefixOf(site.url), members);
    }
  }
  return KINDS.flatMap((kind) => entities.made.filter((entity) => entity.kind === kind));
}

function addApi(entities: Entities, host: Host, { backend }: Route, prefix: string, members: Member[]): void {
  // What a client reads before it has anything to sign in with.
  const open = [`${METADATA}${prefix}`, `${prefix}/healthz`];
  entities.service("open", host, { paths: open, backend }, { isOpen: true });
  entities.service("api", host, { paths: [prefix || "/"], backend });
  for (const member of members) {
    if (member.server === undefined) continue; // all of them behind one URL: a part of the API
    entities.service(`server.${member.server}`, host, { paths: [pathOf(member)], backend });
  }
}

class Entities {
  readonly made: Entity[] = [];

  constructor(private readonly wishes: KongWishes) {}

  upstream({ name, upstream, health, host }: Backend): void {
    const title = this.#upstreamName(name);
    const id = this.#add("upstreams", title, {
      name: title,
      // Kong's checks call the fleet by this name; requests keep the client's own.
      host_header: host,
      healthchecks: {
        active: {
          type: "http",
          http_path: health,
          timeout: 5,
          healthy: { interval: 10, successes: 1, http_statuses: [200] },
          unhealthy: { interval: 5, http_failures: 2, tcp_failures: 2, timeouts: 2 },
        },
      },
    });
    this.#add("targets", `${title} ${upstream}`, { upstream: { id }, target: upstream, weight: 100 });
  }

  service(part: string, host: Host, { paths, backend }: Route, { isOpen = false } = {}): void {
    const name = `${this.wishes.tag}.${part}`;
    const id = this.#add("services", name, {
      name,
      protocol: "http",
      host: this.#upstreamName(backend),
      port: 80, // the target's own port counts
      connect_timeout: CONNECT_MS,
      // Milliseconds of silence.
      read_timeout: IDLE_SECONDS * MS,
      write_timeout: IDLE_SECONDS * MS,
      retries: 0, // a tool that was called twice may have acted twice
    });
    this.#add("routes", name, {
      name,
      service: { id },
      ...(this.wishes.anyHost ? {} : { hosts: [host.name] }),
      paths,
      protocols: host.tls ? ["https"] : ["http", "https"],
      strip_path: false,
      preserve_host: true,
      // Streams: each event at once.
      request_buffering: false,
      response_buffering: false,
    });
    for (const [plugin, config] of this.#plugins(isOpen)) {
      this.#add("plugins", `${plugin} of ${name}`, { name: plugin, service: { id }, config });
    }
  }

  #plugins(isOpen: boolean): [name: string, config: object][] {
    const { keyAuth, requestsPerMinute } = this.wishes;
    const plugins: [string, object][] = [
      // Keeps the id that a request came with.
      ["correlation-id", { header_name: REQUEST_ID, generator: "uuid", echo_downstream: false }],
      ["request-size-limiting", { allowed_payload_size: BODY_MIB, size_unit: "megabytes" }],
    ];
    if (keyAuth && !isOpen) {
      // `Authorization` is the fleet's: it is handed on. A browser's preflight has no key.
      const config = { key_names: ["apikey"], key_in_query: false, hide_credentials: true, run_on_preflight: false };
      plugins.push(["key-auth", config]);
    }
    if (requestsPerMinute > 0) {
      const by = keyAuth && !isOpen ? { limit_by: "consumer" } : { limit_by: "header", header_name: "Authorization" };
      plugins.push(["rate-limiting", { minute: requestsPerMinute, policy: "local", fault_tolerant: true, ...by }]);
    }
    return plugins;
  }

  #upstreamName(backend: Backend["name"]): string {
    return `${this.wishes.tag}.${backend === "dind-mcp" ? "fleet" : "page"}`;
  }

  #add(kind: Kind, title: string, fields: Entity["fields"]): string {
    const id = nameUuid(`${kind} ${this.wishes.tag} ${title}`);
    this.made.push({ kind, id, title, fields });
    return id;
  }
}

/** A UUID of version 5 (RFC 9562): the same for the same name. */
function nameUuid(name: string): string {
  const bytes = createHash("sha1").update("dind-mcp kong").update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
