import type { z } from "zod";
import { mcpPath, paths, prefixOf } from "../../../api/paths";
import type { arrivalSchema } from "../../../api/schemas/arrival";
import { IDLE_SECONDS, REQUEST_ID } from "../../../config/fleet/limits";
import { parseJson } from "../../../lib/json";
import { isMapping } from "../../../lib/mapping";
import { advice, type Finding, ok, wrong } from "./finding";
import { type Answer, described, type Outside } from "./outside";

type Arrival = z.output<typeof arrivalSchema>;

/** Headers that MCP clients send, which every proxy has to hand on. Their values here mean nothing. */
const CLIENTS_HEADERS = {
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2025-11-25",
  "mcp-session-id": "check",
  "mcp-method": "tools/call",
  "last-event-id": "0",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};
/** Bytes of a body that the fleet takes: a bit less than its 4 MiB. */
const LARGE = 4_000_000;
/** The fleet answers a POST here with a problem of its own, whatever comes. */
const REFUSING = paths.cleanup;

/** Whether this URL is a fleet's, and reached without giving the token away. */
export async function reached(outside: Outside): Promise<Finding[]> {
  const { base } = outside;
  const answer = await outside.ask("/healthz", { anonymous: true });
  const body = parseJson(answer.body);
  if (answer.status !== 200 || !isMapping(body) || body.alive !== true) {
    const refused = isMapping(body) && answer.status === 403;
    const fix = refused
      ? `publicUrl or allowedHosts must name ${new URL(base).hostname}: pulumi config set publicUrl ${base}, and bin/dind-mcp up`
      : `the proxy has to hand ${prefixOf(base) || "/"} and all below it on to the fleet: bin/dind-mcp proxy --help`;
    return [wrong("fleet", `got ${described(answer)}, expected the fleet's {"alive":true}`, fix)];
  }
  return [ok("fleet", "answers"), encryption(base)];
}

function encryption(base: string): Finding {
  const { protocol, hostname } = new URL(base);
  if (protocol === "https:") return ok("tls", "the certificate is valid");
  if (/^(localhost$|127\.|\[::1\])/.test(hostname)) return ok("tls", "none, on this machine's own loopback");
  const fix = "give the proxy a certificate, and publicUrl an https:// in front";
  return wrong("tls", "plain HTTP: everybody on the way can read the tokens", fix);
}

/** What the proxy made of a request: its token, Host, client and headers. */
export async function handedOn(outside: Outside): Promise<Finding[]> {
  const id = `check-${Date.now()}`;
  const answer = await outside.ask(paths.arrival, { headers: { ...CLIENTS_HEADERS, [REQUEST_ID]: id } });
  if (answer.status !== 200) {
    const fix = /no token/.test(answer.body)
      ? "the proxy must hand on the header Authorization"
      : "a token of this fleet: DIND_MCP_TOKEN, or run this where its stack is";
    return [wrong("token", `got ${described(answer)}`, fix)];
  }
  const arrival = JSON.parse(answer.body) as Arrival;
  return [
    ok("token", "arrives"),
    hostFinding(outside.base, arrival),
    clientFinding(arrival),
    headersFinding(arrival),
    answer.headers.get(REQUEST_ID) === id && arrival.id === id
      ? ok("request id", "is carried through")
      : advice("request id", `got ${arrival.id}, expected ${id}`, `hand on ${REQUEST_ID} where the client sent one`),
    arrival.headers.traceparent === CLIENTS_HEADERS.traceparent
      ? ok("traceparent", "is carried through")
      : advice(
          "traceparent",
          "another one arrives, or none",
          "right if the proxy traces itself; else hand it on as it is",
        ),
  ];
}

function hostFinding(base: string, { host }: Arrival): Finding {
  const expected = new URL(base).host;
  if (host.replace(/:(80|443)$/, "") === expected) return ok("host", host);
  return wrong("host", `got ${host}, expected ${expected}`, "hand on the client's own Host header");
}

function clientFinding({ client, peer, trusted, headers }: Arrival): Finding {
  const forwarded = headers["x-forwarded-for"];
  const bare = peer.replace(/^::ffff:/, "");
  if (forwarded === undefined) {
    return advice("client", `the fleet sees ${client}, and no X-Forwarded-For`, "have the proxy set X-Forwarded-For");
  }
  if (trusted) return ok("client", `${client}, by the proxy at ${bare}`);
  const fix = `pulumi config set --path 'trustedProxies[0]' ${bare}, and bin/dind-mcp up`;
  return advice("client", `the fleet takes the proxy, ${bare}, for the client`, fix);
}

function headersFinding({ headers }: Arrival): Finding {
  const lost = Object.keys(CLIENTS_HEADERS).filter((name) => headers[name] === undefined);
  if (lost.length === 0) return ok("headers", "all that MCP clients send arrive");
  return wrong("headers", `lost: ${lost.join(", ")}`, "hand on every header of the client");
}

/** Whether a body as large as the fleet takes gets through. */
export async function largeBody(outside: Outside): Promise<Finding[]> {
  const answer = await outside.ask(REFUSING, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ padding: "x".repeat(LARGE) }),
  });
  if (isOurs(answer) && answer.status !== 413) return [ok("bodies", "4 MB get through")];
  const fix = "let bodies of 5 MB through, and without waiting for the whole";
  return [wrong("bodies", `a body of 4 MB: got ${described(answer)}`, fix)];
}

/** Whether a session can be opened, used and closed. */
export async function session(outside: Outside): Promise<Finding[]> {
  const headers = { "content-type": "application/json", accept: CLIENTS_HEADERS.accept };
  const params = {
    protocolVersion: CLIENTS_HEADERS["mcp-protocol-version"],
    capabilities: {},
    clientInfo: { name: "dind-mcp proxy check", version: "1" },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const opened = await outside.ask(mcpPath(), { method: "POST", headers, body });
  if (opened.status === 403 && isOurs(opened))
    return [advice("mcp", "not tried: the token has not got the scope mcp", "use one that has")];
  const id = opened.headers.get("mcp-session-id");
  if (opened.status !== 200)
    return [wrong("mcp", `initialize: got ${described(opened)}`, "POST must reach the fleet as it is")];
  if (id === null) return [wrong("mcp", "initialize: Mcp-Session-Id is lost", "hand on every header of the answer")];
  const closed = await outside.ask(mcpPath(), { method: "DELETE", headers: { "mcp-session-id": id } });
  if (closed.status >= 400)
    return [wrong("mcp", `DELETE: got ${described(closed)}`, "let the methods GET, POST and DELETE through")];
  return [ok("mcp", "a session opens and closes")];
}

/**
 * Whether a stream comes piece by piece, and lasts.
 * @param seconds how long it is read
 */
export async function stream(outside: Outside, seconds: number): Promise<Finding[]> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), seconds * 1_000);
  const began = Date.now();
  const since = (): number => Math.round((Date.now() - began) / 1_000);
  let first: number | undefined;
  try {
    const response = await outside.open(paths.events, {
      signal: ended.signal,
      headers: { accept: "text/event-stream" },
    });
    if (response.status !== 200) {
      return [advice("streams", `not tried: HTTP ${response.status}`, "use a token that has the scope read")];
    }
    for await (const _piece of response.body ?? []) first ??= since();
    const fix = `let a stream last; a time-out for silence of ${IDLE_SECONDS} s is right`;
    return [wrong("streams", `ended after ${since()} s`, fix)];
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    if (first === undefined) {
      return [
        wrong(
          "streams",
          `nothing came for ${since()} s, expected a heartbeat every 15 s`,
          "switch buffering off for the fleet's paths",
        ),
      ];
    }
    return [ok("streams", `come piece by piece, the first after ${first} s, and last ${since()} s`)];
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

/** Whether the fleet itself answered, not a proxy on the way. */
function isOurs({ headers, body }: Answer): boolean {
  return /json/.test(headers.get("content-type") ?? "") && isMapping(parseJson(body));
}
