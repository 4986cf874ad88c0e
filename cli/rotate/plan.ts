import { CliError, ExitCode } from "../errors";
import type { StateResource } from "../stack/state";

/** What can be made anew. */
export const KINDS = ["certificates", "ca", "tokens", "database"] as const;
export type Kind = (typeof KINDS)[number];

/** What there is. */
export interface Present {
  /** Resources of the stack's state. */
  resources: Pick<StateResource, "urn">[];
  /** The authorities of its config. */
  authorities: number[];
}

export interface Wanted {
  /** With `ca`: the old authority is no longer trusted. */
  finish?: boolean;
  /** With `tokens`: their names. @default all */
  names?: string[];
}

/** What one `up` does. */
export interface RotationPlan {
  /** URNs of what it makes anew; what follows from them is made anew too. */
  replace: string[];
  /** Names of the tokens among them. @default none */
  tokens?: string[];
  /** The config's authorities from then on. @default as they are */
  authorities?: number[];
  /** What that means, a sentence each. */
  effects: string[];
}

/**
 * Plans a rotation. Pure.
 * @throws CliError when there is nothing of that kind, or it cannot be done now
 */
export function rotationPlan(kind: Kind, present: Present, wanted: Wanted = {}): RotationPlan {
  switch (kind) {
    case "certificates":
      return certificates(present);
    case "ca":
      return wanted.finish ? finish(present) : begin(present);
    case "tokens":
      return tokens(present, wanted.names ?? []);
    case "database":
      return database(present);
  }
}

const GO_ON = "gateway calls and servers go on; what is connected to the engine's Docker API is cut";
const FETCH = "clients of the engine's Docker API need the outputs tls.ca, tls.clientCert and tls.clientKey anew";

function certificates({ resources, authorities }: Present): RotationPlan {
  const [number, under] = authorities;
  if (under !== undefined) throw underWay();
  const client = number === 1 ? "tls-client-ca-key" : `tls-client-ca-${number}-key`;
  return {
    replace: urnsOf(resources, ["tls-server-key", client, "tls-client-key"]),
    effects: ["the old client certificate is refused from then on", FETCH, GO_ON],
  };
}

function begin({ authorities }: Present): RotationPlan {
  const [number = 1, under] = authorities;
  if (under !== undefined) throw underWay();
  return {
    replace: [],
    authorities: [number, number + 1],
    effects: [
      "both authorities are trusted until `bin/dind-mcp rotate ca --finish`; the server keeps its certificate until then",
      FETCH,
      GO_ON,
    ],
  };
}

function finish({ authorities }: Present): RotationPlan {
  const [, newer] = authorities;
  if (newer === undefined)
    throw new CliError("rotate ca --finish: no change of the authority is under way", ExitCode.Usage);
  return {
    replace: [],
    authorities: [newer],
    effects: ["the old authority's certificates are refused from then on", GO_ON],
  };
}

const TOKEN = "orchestrator-token-";

function tokens({ resources }: Present, names: string[]): RotationPlan {
  const all = resources.flatMap(({ urn }) => {
    const name = nameOf(urn);
    return name.startsWith(TOKEN) ? [{ urn, name: name.slice(TOKEN.length) }] : [];
  });
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (all.length === 0 || unknown.length > 0) {
    const expected = all.map(({ name }) => name).join(", ") || "a stack with tokens";
    throw new CliError(`rotate tokens: got ${unknown.join(", ") || "none"}, expected ${expected}`, ExitCode.NotFound);
  }
  const chosen = all.filter(({ name }) => names.length === 0 || names.includes(name));
  return {
    replace: chosen.map(({ urn }) => urn),
    tokens: chosen.map(({ name }) => name),
    effects: [
      `the old values of ${chosen.map(({ name }) => name).join(", ")} are refused from then on`,
      "sessions go on with the new value; a connection of the old one is closed after a minute",
      "the output tokens has the new values; `bin/dind-mcp connect CLIENT` writes them",
    ],
  };
}

function database({ resources }: Present): RotationPlan {
  const replace = resources.flatMap(({ urn }) => (nameOf(urn) === "database-reader-password" ? [urn] : []));
  if (replace.length === 0) {
    const fix = "an external one gets its password from dind-mcp:databaseDsn";
    throw new CliError("rotate database: the stack has no database of its own", ExitCode.NotFound, fix);
  }
  return {
    replace,
    effects: [
      "the database and the servers that read it start again, their sessions end; all others go on",
      "the old password is refused from then on",
    ],
  };
}

function underWay(): CliError {
  const fix = "bin/dind-mcp rotate ca --finish, when all clients have moved";
  return new CliError("a change of the authority is under way: two are trusted", ExitCode.Failed, fix);
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/** @throws CliError for one that the state does not have */
function urnsOf(resources: Present["resources"], names: string[]): string[] {
  return names.map((name) => {
    const found = resources.find(({ urn }) => nameOf(urn) === name);
    if (!found) throw new CliError(`the stack has no ${name} yet`, ExitCode.NotFound, "bin/dind-mcp up");
    return found.urn;
  });
}
