/** What is served at a path: Streamable HTTP, or one half of the old HTTP+SSE pair (2024-11-05). */
export type Endpoint = "mcp" | "sse" | "messages";

/** What a path of the gateway stands for. */
export interface Route {
  /** Undefined: all servers behind one URL. */
  server: string | undefined;
  endpoint: Endpoint;
}

const PREFIX = "/servers/";
const ENDPOINTS: readonly string[] = ["mcp", "sse", "messages"] satisfies Endpoint[];

/** A request's target without the prefix, where it has it: some proxies take it away, others do not. */
export function withoutPrefix(target: string, prefix: string): string {
  if (prefix === "" || !target.startsWith(prefix)) return target;
  const rest = target.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : target;
}

/** The route of a URL; undefined when it is not the gateway's. Runs for every request: no regular expression. */
export function routeOf(url: string): Route | undefined {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  const last = path.lastIndexOf("/");
  const endpoint = path.slice(last + 1) as Endpoint;
  if (!ENDPOINTS.includes(endpoint)) return undefined;
  if (last === 0) return { server: undefined, endpoint };
  if (!path.startsWith(PREFIX)) return undefined;
  const server = path.slice(PREFIX.length, last);
  return server === "" || server.includes("/") ? undefined : { server, endpoint };
}
