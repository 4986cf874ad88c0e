/** How an answer of the engine goes to the client. */
export const AnswerKind = {
  /** Unchanged: it holds nothing to hide. */
  Plain: "plain",
  /** One JSON document, redacted. */
  Json: "json",
  /** Endless JSON lines, unchanged: they hold only numbers. */
  Numbers: "numbers",
  /** Endless JSON lines, each redacted. */
  Events: "events",
} as const;
export type AnswerKind = (typeof AnswerKind)[keyof typeof AnswerKind];

interface Question {
  /** Matches the path without its API version. */
  path: RegExp;
  /** Parameters that it may have, each at most once. */
  query: readonly string[];
  kind: AnswerKind;
}

const NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
const IMAGE = "[A-Za-z0-9][A-Za-z0-9_.:@/-]*";

function question(path: string, kind: AnswerKind, ...query: string[]): Question {
  return { path: new RegExp(`^${path}$`), kind, query };
}

/**
 * All that the read-only API answers, with GET or HEAD. It refuses everything else, also what Docker may add one day.
 * Left out, though they only read: `logs` (servers write there what they like, secrets of theirs and data of their
 * clients), `top` (it can show the environment), `changes`, `archive`, `export`, `get` (files), `history` (build
 * arguments), `attach/ws` (it is a GET that writes), `search` and `distribution` (they call registries), and everything
 * of swarm and plugins.
 */
const ALLOW_LIST: readonly Question[] = [
  question("/_ping", AnswerKind.Plain),
  question("/version", AnswerKind.Json),
  question("/info", AnswerKind.Json),
  question("/containers/json", AnswerKind.Json, "all", "limit", "size", "filters", "before", "since"),
  question(`/containers/${NAME}/json`, AnswerKind.Json, "size"),
  question(`/containers/${NAME}/stats`, AnswerKind.Numbers, "stream", "one-shot"),
  question("/images/json", AnswerKind.Json, "all", "filters", "digests", "shared-size", "manifests", "filter"),
  question(`/images/${IMAGE}/json`, AnswerKind.Json, "manifests", "platform"),
  question("/networks", AnswerKind.Json, "filters"),
  question(`/networks/${NAME}`, AnswerKind.Json, "verbose", "scope"),
  question("/volumes", AnswerKind.Json, "filters"),
  question(`/volumes/${NAME}`, AnswerKind.Json),
  question("/system/df", AnswerKind.Json, "type", "verbose"),
  question("/events", AnswerKind.Events, "since", "until", "filters"),
];

const HINTS: readonly [RegExp, string][] = [
  [/^\/containers\/[^/]+\/logs$/, "logs can hold secrets: read them with a token, GET /v1/servers/NAME/logs"],
  [/^\/containers\/[^/]+\/top$/, "it can show the environment of processes"],
];
const ELSEWHERE = "the whole API is on the port with mutual TLS";

/** A request for the engine, built anew from the checked parts. */
export interface Allowed {
  method: "GET" | "HEAD";
  /** Path and query for the engine. */
  target: string;
  kind: AnswerKind;
}

/** Docker's form of an error. */
export interface Refused {
  status: number;
  message: string;
}

/** Tells a refusal from what is allowed. */
export function isRefused(decision: Allowed | Refused): decision is Refused {
  return "message" in decision;
}

/** Decides whether a request may go to the engine, by its first line alone. */
export function decide(method: string | undefined, target: string | undefined): Allowed | Refused {
  const [, raw = "", search = ""] = /^([^?#]*)(?:\?([^#]*))?$/.exec(target ?? "") ?? [];
  // Some clients encode `@` and `:` of image names. No other encoding passes: it could hide a slash or a dot.
  const full = raw.replace(/%(40|3a)/gi, decodeURIComponent);
  const segments = full.split("/").slice(1);
  const plain =
    full.startsWith("/") && segments.every((part) => /^[A-Za-z0-9._:@-]+$/.test(part) && !/^\.+$/.test(part));
  if (!plain) return { status: 400, message: "the path is not a plain one" };
  const [, version = "", path = ""] = /^(\/v\d{1,2}\.\d{1,3}(?=\/))?(\/.*)$/.exec(full) ?? [];

  if (method !== "GET" && method !== "HEAD")
    return refused(path, `${method} changes things; only GET and HEAD are served`);
  const found = ALLOW_LIST.find((one) => one.path.test(path));
  if (!found) return refused(path, "this path is not served");
  const query = new URLSearchParams(search);
  const given = [...query.keys()];
  const strange = given.find((name, index) => !found.query.includes(name) || given.indexOf(name) !== index);
  if (strange !== undefined) {
    const expected = found.query.length === 0 ? "none" : `each at most once of ${found.query.join(", ")}`;
    return refused(path, `got the parameter ${JSON.stringify(strange.slice(0, 40))}, expected ${expected}`);
  }
  return { method, target: `${version}${path}${query.size === 0 ? "" : `?${query}`}`, kind: found.kind };
}

function refused(path: string, reason: string): Refused {
  const hint = HINTS.find(([pattern]) => pattern.test(path))?.[1] ?? ELSEWHERE;
  return { status: 403, message: `read-only Docker API of dind-mcp: ${reason}; ${hint}` };
}
