/** The endpoint at a path: Streamable HTTP, or one of the two of HTTP+SSE (2024-11-05). */
export type Endpoint = "mcp" | "sse" | "messages";

/** The endpoint and server that a gateway path names. */
export interface Route {
  /** Undefined: all servers behind one URL. */
  server: string | undefined;
  endpoint: Endpoint;
}

const PREFIX = "/servers/";
const ENDPOINTS: readonly string[] = ["mcp", "sse", "messages"] satisfies Endpoint[];

/** Removes the public URL's prefix from a request's target, if it is there: some proxies remove it themselves. */
export function withoutPrefix(target: string, prefix: string): string {
  if (prefix === "" || !target.startsWith(prefix)) return target;
  const rest = target.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : target;
}

/**
 * Returns a URL's route; undefined when it is not the gateway's. Uses no regular expression, as it runs for every
 * request.
 */
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
