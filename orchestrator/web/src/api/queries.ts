import { queryOptions } from "@tanstack/react-query";
import type { ClientConfig } from "../../../../api/client-configs";
import type { Target } from "../../../../api/clients/client";
import type { History } from "../../../../api/history";
import { paths } from "../../../../api/paths";
import type { CallTrace } from "../../../../api/schemas/calls";
import type { Topology } from "../../../../api/schemas/topology";
import { TEXTS } from "../texts";
import { Failure, read, readExactly, send } from "./client";
import type {
  AuditEntry,
  CatalogOffer,
  Cleanup,
  Egress,
  Engine,
  ListedServers,
  PackageSource,
  Page,
  Server,
  ServerDetail,
  ServerEvent,
  Session,
  Token,
  TokenInfo,
  Tool,
} from "./types";

/** Milliseconds between looks at what no event tells of: sizes, counts, processor time. */
const SLOW_MS = 10_000;
/** Milliseconds between two minutes of the history. */
const MINUTE_MS = 60_000;
/** Most items of one page of a list; what the API gives at most. */
const PAGE = 200;

/** All items of a list, page after page. */
async function all<Item>(path: string, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor = ""; ; ) {
    const page = await read<Page<Item>>(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${cursor}`, signal);
    items.push(...page.items);
    if (page.next === undefined) return items;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

export const tokenQuery = queryOptions({
  queryKey: ["token"],
  queryFn: ({ signal }) => read<TokenInfo>(paths.token, signal),
});

/** Who may use what. */
export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => all<Token>(paths.tokens, signal),
  refetchInterval: SLOW_MS,
});

export const serversQuery = queryOptions({
  queryKey: ["servers"],
  queryFn: ({ signal }) => all<Server>(paths.servers, signal),
  refetchInterval: SLOW_MS,
});

export const serverQuery = (name: string) =>
  queryOptions({
    queryKey: ["servers", name],
    queryFn: ({ signal }) => read<ServerDetail>(paths.server(name), signal),
    refetchInterval: SLOW_MS,
  });

/** Under the servers' key: what makes them anew makes this anew. */
export const serverEventsQuery = (name: string) =>
  queryOptions({
    queryKey: ["servers", name, "events"],
    queryFn: async ({ signal }) => (await read<{ items: ServerEvent[] }>(paths.serverEvents(name), signal)).items,
    refetchInterval: SLOW_MS,
  });

/** The last hour of every server, by name. */
export const historyQuery = queryOptions({
  queryKey: ["history"],
  queryFn: async ({ signal }) => {
    const { items } = await read<{ items: History[] }>(paths.history, signal);
    return new Map(items.map(({ server, minutes }) => [server, minutes]));
  },
  refetchInterval: MINUTE_MS,
});

export const toolsQuery = (name: string) =>
  queryOptions({
    queryKey: ["tools", name],
    queryFn: async ({ signal }) => (await readExactly<{ items: Tool[] }>(paths.tools(name), signal)).items,
  });

/** Servers of the registry that have a word in their names. */
export const registryQuery = (word: string) =>
  queryOptions({
    queryKey: ["registry", word],
    queryFn: ({ signal }) =>
      read<ListedServers>(`${paths.registryServers}?limit=50&search=${encodeURIComponent(word)}`, signal),
    staleTime: MINUTE_MS,
  });

/** Servers of the catalog that do not run. Under the servers' key: one that is started is none of them any more. */
export const catalogQuery = queryOptions({
  queryKey: ["servers", "", "catalog"],
  queryFn: async ({ signal }) => (await read<{ items: CatalogOffer[] }>(paths.catalog, signal)).items,
});

/** Packages that a word finds. */
export const packagesQuery = (word: string) =>
  queryOptions({
    queryKey: ["packages", word],
    queryFn: async ({ signal }) => {
      const path = `${paths.registryPackages}?search=${encodeURIComponent(word)}`;
      return (await read<{ sources: PackageSource[] }>(path, signal)).sources;
    },
    staleTime: MINUTE_MS,
  });

export const egressQuery = (name: string) =>
  queryOptions({
    queryKey: ["egress", name],
    queryFn: ({ signal }) => read<Egress>(paths.egress(name), signal),
    refetchInterval: SLOW_MS,
  });

export const sessionsQuery = (server?: string) =>
  queryOptions({
    queryKey: ["sessions", server],
    queryFn: ({ signal }) =>
      all<Session>(`${paths.sessions}${server ? `?server=${encodeURIComponent(server)}` : ""}`, signal),
    refetchInterval: SLOW_MS,
  });

export const engineQuery = queryOptions({
  queryKey: ["engine"],
  queryFn: ({ signal }) => read<Engine>(paths.engine, signal),
  refetchInterval: SLOW_MS,
});

export const topologyQuery = queryOptions({
  queryKey: ["servers", "", "topology"],
  queryFn: ({ signal }) => read<Topology>(paths.topology, signal),
  refetchInterval: SLOW_MS,
});

export const cleanupQuery = queryOptions({
  queryKey: ["cleanup"],
  queryFn: ({ signal }) => read<Cleanup>(paths.cleanup, signal),
});

/** What the audit log is asked for. */
export interface AuditSearch {
  since?: string;
  until?: string;
  principal?: string;
  server?: string;
  tool?: string;
  result?: string;
}

/** One page of the audit log, newest first. @param cursor "" for the first */
export function auditPage(search: AuditSearch, cursor: string, signal: AbortSignal): Promise<Page<AuditEntry>> {
  return read(`${paths.audit}?${asked({ ...search, cursor, limit: "100" })}`, signal);
}

/** Everything in the audit log that fits, as a file. @throws Failure, also when it breaks off */
export function auditFile(search: AuditSearch, format: "jsonl" | "csv"): Promise<Blob> {
  return file(`${paths.auditExport}?${asked({ ...search, format })}`, TEXTS.activity.brokenOff);
}

/** All of a server's log that is kept, as a file. @throws Failure, also when it breaks off */
export function logFile(name: string): Promise<Blob> {
  return file(paths.logsExport(name), TEXTS.logs.brokenOff);
}

/** Reads a file to its end. @param brokenOff says that there was no end */
async function file(path: string, brokenOff: string): Promise<Blob> {
  const answer = await send(path);
  return answer.blob().catch(() => {
    throw new Failure(0, brokenOff);
  });
}

function asked(query: Record<string, string | undefined>): URLSearchParams {
  return new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1])));
}

/** The traces of one HTTP request: they do not change any more. */
export const callQuery = (request: string) =>
  queryOptions({
    queryKey: ["calls", request],
    queryFn: async ({ signal }) => (await read<{ items: CallTrace[] }>(paths.trace(request), signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Every client's configuration, and what they connect to. */
interface ClientConfigs {
  targets: Target[];
  items: ClientConfig[];
}

export const clientConfigsQuery = (servers: "each" | "all") =>
  queryOptions({
    queryKey: ["client-configs", servers],
    queryFn: ({ signal }) => read<ClientConfigs>(`${paths.clientConfigs}?servers=${servers}`, signal),
  });
