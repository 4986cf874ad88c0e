/** What a path of the gateway stands for. */
export interface Route {
  /** Undefined: all servers behind one URL. */
  server: string | undefined;
}

const AGGREGATE: Route = { server: undefined };
const PREFIX = "/servers/";
const SUFFIX = "/mcp";

/** The route of a URL; undefined when it is not the gateway's. Runs for every request: no regular expression. */
export function routeOf(url: string): Route | undefined {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (path === SUFFIX) return AGGREGATE;
  if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX)) return undefined;
  const server = path.slice(PREFIX.length, -SUFFIX.length);
  return server === "" || server.includes("/") ? undefined : { server };
}
