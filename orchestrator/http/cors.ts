import type { IncomingMessage, ServerResponse } from "node:http";

const METHODS = "GET, POST, DELETE, OPTIONS";
/**
 * Request headers of MCP, of SSE and of ours. `Mcp-Param-*` may end in any word, so every well-formed name is
 * granted.
 */
const ASKED = /^[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*$/;
const EXPOSED = "Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, X-Request-Id, Retry-After, Link";
const SECONDS_KEPT = "600";

/**
 * Lets a page of an admitted Origin read the answer. Allows no credentials, as tokens come in a header, not in
 * cookies.
 */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", EXPOSED);
  response.setHeader("Vary", "Origin");
}

/** Answers a preflight request of an admitted Origin. @returns false when the request is no preflight */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin, "access-control-request-method": method } = request.headers;
  if (request.method !== "OPTIONS" || origin === undefined || method === undefined) return false;
  const asked = request.headers["access-control-request-headers"];
  response.setHeader("Access-Control-Allow-Methods", METHODS);
  if (asked && ASKED.test(asked)) response.setHeader("Access-Control-Allow-Headers", asked);
  response.setHeader("Access-Control-Max-Age", SECONDS_KEPT);
  response.writeHead(204).end();
  return true;
}
