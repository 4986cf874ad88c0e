import { LIMIT_BYTES } from "../../lib/download";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { shortDescription } from "../../manifest/draft/names";
import { CliError, ExitCode } from "../errors";
import { shownSource } from "./download";
import { issuerOf } from "./issuer";
import type { RemoteSource } from "./source";

/** Milliseconds that a server has to say what it is. */
const TIMEOUT_MS = 10_000;
/** Statuses by which a server of HTTP+SSE refuses POST at its stream's address. */
const NO_POST = [400, 404, 405, 406];
const EXACT = /^\d+(\.\d+){0,3}([-+][0-9A-Za-z.+-]+)?$/;

const INITIALIZE = JSON.stringify({
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "dind-mcp", version: "1" } },
});

/** What a server at an address is. */
interface Found {
  type: "streamable-http" | "sse";
  info: { name?: string; title?: string; version?: string };
  /** Its challenge, when it wants to know who asks. */
  shut?: string;
}

/**
 * Asks the server at an address what it is, as a client does, and returns its server.json. Follows no redirect.
 * @throws CliError when no MCP server answers there
 */
export async function remoteDocument(url: URL): Promise<{ document: Record<string, unknown>; notes: string[] }> {
  if (url.username || url.password)
    throw new CliError(`${shownSource(url.href)}: got a URL with a password, expected one without`, ExitCode.Usage);
  const { type, info, shut } = await found(url);
  const issuer = shut === undefined ? undefined : await issuerOf(url, shut);
  const host = url.hostname;
  const token = { isSecret: true, isRequired: true, description: `A token of ${host}` };
  const header = {
    name: "Authorization",
    isSecret: true,
    isRequired: true,
    value: "Bearer {token}",
    variables: { token },
  };
  const name = (info.name ?? "").replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "") || site(host);
  const document = {
    ...remoteJson({ url: url.href, protocol: type }, name),
    ...(info.title ? { title: oneLine(info.title, 100) } : {}),
    ...(info.title ? { description: shortDescription(`${info.title}, at ${host}`) } : {}),
    ...(EXACT.test(info.version ?? "") ? { version: info.version } : {}),
    ...(shut !== undefined && issuer === undefined ? { remotes: [{ type, url: url.href, headers: [header] }] } : {}),
  };
  const words =
    issuer === undefined
      ? "it asks who you are: a header with a token is drafted; where it takes a sign-in alone, write oauth in its place"
      : `it takes sign-ins: add the line \`oauth: { issuer: ${issuer} }\` to server.yaml; after up, bin/dind-mcp servers login`;
  return { document, notes: [`it speaks ${type}`, ...(shut === undefined ? [] : [words])] };
}

/** The least that is to be said of a server at an address. */
export function remoteJson({ url, protocol: type }: Omit<RemoteSource, "kind">, name = site(new URL(url).hostname)) {
  const { hostname } = new URL(url);
  return {
    name: `${hostname.split(".").reverse().join(".")}/${name}`,
    description: shortDescription(`The MCP server at ${hostname}`),
    version: "0.0.0",
    remotes: [{ type, url }],
  };
}

/** `example` of mcp.example.com. */
const site = (host: string): string => host.split(".").at(-2) ?? host;

async function found(url: URL): Promise<Found> {
  const accept = "application/json, text/event-stream";
  const answer = await asked(url, {
    method: "POST",
    headers: { accept, "content-type": "application/json" },
    body: INITIALIZE,
  });
  const { status } = answer;
  if (status === 401 || status === 403) return { type: "streamable-http", info: {}, shut: challengeOf(answer) };
  const message = status === 200 || status === 400 ? await firstMessage(answer) : undefined;
  if (message) {
    const session = answer.headers.get("mcp-session-id");
    if (session) await asked(url, { method: "DELETE", headers: { "mcp-session-id": session } }).catch(() => {});
    const { serverInfo } = isMapping(message.result) ? message.result : {};
    return { type: "streamable-http", info: isMapping(serverInfo) ? texts(serverInfo) : {} };
  }
  if (!NO_POST.includes(status)) throw none(url, `status ${status}`);
  const stream = await asked(url, { headers: { accept: "text/event-stream" } });
  await stream.body?.cancel();
  if (stream.status === 401 || stream.status === 403) return { type: "sse", info: {}, shut: challengeOf(stream) };
  if (!isStream(stream)) throw none(url, `status ${status} to POST and ${stream.status} to GET`);
  return { type: "sse", info: {} };
}

const challengeOf = ({ headers }: Response): string => headers.get("www-authenticate") ?? "";

const isStream = ({ status, headers }: Response): boolean =>
  status === 200 && (headers.get("content-type") ?? "").startsWith("text/event-stream");

function texts(given: Record<string, unknown>): Found["info"] {
  const known = ["name", "title", "version"].map((key) => [key, given[key]] as const);
  return Object.fromEntries(
    known.flatMap(([key, value]) => (typeof value === "string" ? [[key, oneLine(value, 200)]] : [])),
  );
}

/** The first JSON-RPC message of an answer, be it JSON or an event stream, which may not end. */
async function firstMessage(answer: Response): Promise<Record<string, unknown> | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  const read = (): Record<string, unknown> | undefined => {
    const candidates = isStream(answer)
      ? text.split("\n").flatMap((line) => /^data:(.*)$/.exec(line.trim())?.[1] ?? [])
      : [text];
    return candidates.map((one) => parseJson(one)).find((one) => isMapping(one) && one.jsonrpc === "2.0") as Record<
      string,
      unknown
    >;
  };
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LIMIT_BYTES) break;
    const message = isStream(answer) ? read() : undefined;
    if (message) return message;
  }
  return read();
}

async function asked(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    const got = name === "TimeoutError" ? `nothing within ${TIMEOUT_MS / 1_000} s` : (cause?.code ?? message);
    throw none(url, got, ExitCode.Failed);
  }
}

const none = (url: URL, got: string, code: ExitCode = ExitCode.Usage): CliError =>
  new CliError(`${shownSource(url.href)}: got ${got}, expected an MCP server's answer to initialize`, code);
