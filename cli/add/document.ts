import { existsSync } from "node:fs";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { textOf } from "../../lib/read-text";
import { OFFICIAL_META } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import { readInput } from "../servers/input";

/** What a server.json may be at most, in bytes; real ones have a few thousand. */
export const LIMIT_BYTES = 2 ** 20;
/** Milliseconds until a URL has to have given all of it. */
const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A server.json as it was given, whatever it is. */
export interface Given {
  document: unknown;
  /** What is to be said about it. */
  notes: string[];
}

/**
 * A server.json from a file, a URL or standard input (`-`); or from an answer of the registry's API, which holds one.
 * @throws CliError when there is none, or more than one
 */
export async function readDocument(from: string): Promise<Given> {
  if (!isUrl(from) && from !== "-" && !existsSync(from)) throw unknownSource(from);
  const text = isUrl(from) ? await download(new URL(from)) : readInput(from, LIMIT_BYTES);
  return answered(parse(text, shownSource(from)), shownSource(from));
}

/** The one server.json of a registry's answer, `{server}` or `{servers: [{server}]}`; else what was given. */
function answered(given: unknown, where: string): Given {
  const { server, servers, _meta: meta } = isMapping(given) ? given : {};
  if (Array.isArray(servers)) {
    if (servers.length === 1) return answered(servers[0], where);
    const fix = "its address behind the list's: /NAME/versions/latest, the slash in the name as %2F";
    throw new CliError(`${where}: got ${servers.length} servers, expected one`, ExitCode.Usage, fix);
  }
  if (!isMapping(server)) return { document: given, notes: [] };
  const official = isMapping(meta) && isMapping(meta[OFFICIAL_META]) ? meta[OFFICIAL_META] : {};
  const { status, statusMessage, isLatest } = official;
  const words = [status, statusMessage].filter((text) => typeof text === "string").map((text) => oneLine(text, 200));
  return {
    document: server,
    notes: [
      ...(words.length > 0 && status !== "active" ? [`the registry calls it ${words.join(": ")}`] : []),
      ...(isLatest === false ? ["the registry has a newer version of it"] : []),
    ],
  };
}

/** Without JSON's own message: it shows a piece of a file that may be another one than was meant. */
function parse(text: string, where: string): unknown {
  const document = parseJson(text);
  if (document === undefined) throw new CliError(`${where}: got no JSON, expected a server.json`, ExitCode.Usage);
  return document;
}

/** How a source is written down: a URL without what may be a secret in it. */
export function shownSource(from: string): string {
  if (from === "-") return "standard input";
  if (!isUrl(from)) return from;
  const { origin, pathname } = new URL(from);
  return `${origin}${pathname}`;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/**
 * What a URL gives: over https, or from this machine; from there and not from where it redirects to; within limits.
 * @param timeout milliseconds
 */
export async function download(url: URL, timeout = TIMEOUT_MS): Promise<string> {
  const where = shownSource(url.href);
  const refuse = (got: string, expected: string, code: ExitCode = ExitCode.Usage): CliError =>
    new CliError(`${where}: got ${got}, expected ${expected}`, code);
  if (url.protocol !== "https:" && !LOOPBACK.test(url.hostname)) {
    throw refuse("http", "https, or http on this machine: on the way anybody could put another server in its place");
  }
  if (url.username || url.password) throw refuse("a URL with a password", "one without");
  try {
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } });
    if (response.status >= 300 && response.status < 400) {
      const to = oneLine(response.headers.get("location") ?? "nowhere", 200);
      throw refuse(`a redirect to ${to}`, "the document itself; give that address if you trust it");
    }
    if (!response.ok) throw refuse(`status ${response.status}`, "status 200", ExitCode.Failed);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > LIMIT_BYTES) throw tooLarge(where);
      chunks.push(chunk);
    }
    return textOf(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    const got = name === "TimeoutError" ? `nothing within ${timeout / 1_000} s` : (cause?.code ?? message);
    throw refuse(got, "a server.json", ExitCode.Failed);
  }
}

function unknownSource(from: string): CliError {
  const expected = "npm:PACKAGE, pypi:PACKAGE, image:NAME@sha256:DIGEST, or the file or https URL of a server.json";
  return new CliError(`${from}: got no such file, expected ${expected}`, ExitCode.Usage);
}

function tooLarge(where: string): CliError {
  return new CliError(`${where}: got more than ${LIMIT_BYTES} bytes, expected a server.json`, ExitCode.Usage);
}
