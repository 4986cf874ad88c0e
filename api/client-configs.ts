import { type ClientKind, FileFormat, type Target } from "./clients/client";
import { DESKTOP } from "./clients/desktop";
import { EDITORS } from "./clients/editors";
import { GENERIC } from "./clients/generic";
import { TERMINALS } from "./clients/terminals";
import { mcpPath } from "./paths";

const ALL = { ...TERMINALS, ...EDITORS, ...DESKTOP, ...GENERIC };
/** A client whose configuration is known. */
export type Client = keyof typeof ALL;
const KINDS: Record<Client, ClientKind> = ALL;

/** All clients in alphabetical order; the entry for any other client comes last. */
export const CLIENT_NAMES = (Object.keys(KINDS) as Client[]).sort(
  (one, other) => Number(one === "generic") - Number(other === "generic") || (one < other ? -1 : 1),
);

/** A ready configuration for one client. */
export interface ClientConfig {
  client: Client;
  /** Where the client reads it. */
  file: string;
  /** What the file is written in. */
  format: FileFormat;
  /** What the file needs beside that, when there is none yet. */
  begin?: string;
  /** The file's content. */
  config: Record<string, unknown>;
  /** Links that open the client and have it add a server, one for each; absent where it knows none. */
  links?: Target[];
  /** Where the token goes, and what else to know. */
  notes: string[];
  /** What to do next, in the client's own words. */
  next: string;
}

/** What differs from reader to reader in a configuration. */
export interface ConfigOptions {
  /** The name for all servers behind one URL. The token's variable has its name from it. @default "dind-mcp" */
  name?: string;
  /** Token to write into the file. @default none: the file says where the client takes it from */
  token?: string;
}

/** All servers behind one URL. */
export const AGGREGATE = "dind-mcp";

/** Returns the URL of each server, or the one URL of all. */
export function targets(publicUrl: string, servers: string[], mode: "each" | "all", name = AGGREGATE): Target[] {
  if (mode === "all") return [{ name, url: publicUrl + mcpPath() }];
  const prefix = name === AGGREGATE ? "" : `${name}-`;
  return servers.map((server) => ({ name: prefix + server, url: publicUrl + mcpPath(server) }));
}

/** Returns the environment variable from which a configuration of this name takes the token: `DIND_MCP_TOKEN`. */
export function tokenVariable(name = AGGREGATE): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_TOKEN`;
}

/** True when a client can read the token only from its own file. */
export function needsToken(client: Client): boolean {
  const { variable, asks } = KINDS[client];
  return !variable && !asks;
}

/** True when a client asks its user for the token. */
export function asksForToken(client: Client): boolean {
  return KINDS[client].asks === true;
}

/** The configuration of one client. It holds a token only when it was given one. */
export function clientConfig(
  client: Client,
  all: Target[],
  { name = AGGREGATE, token }: ConfigOptions = {},
): ClientConfig {
  const { file, format = FileFormat.Json, servers, list, next, begin, entry, link, ...kind } = KINDS[client];
  const variable = kind.variable && token === undefined ? tokenVariable(name) : undefined;
  const id = `${name}-token`;
  const asked = kind.asks && token === undefined;
  const words = asked ? `\${input:${id}}` : variable && kind.variable?.(variable);
  const authorization = `Bearer ${token ?? words ?? "YOUR_TOKEN"}`;
  const made = all.map((target) => [target.name, entry(target, { authorization, variable })] as const);
  const input = { type: "promptString", id, description: `Token of ${name}, scope mcp`, password: true };
  const inputs = asked ? [input] : undefined;
  const links = link && made.map(([key, value]) => ({ name: key, url: link(key, value, inputs) }));
  const config = {
    ...(inputs ? { inputs } : {}),
    [servers]: list ? made.map(([key, value]) => ({ name: key, ...value })) : Object.fromEntries(made),
  };
  const notes = [...(kind.notes ?? []), ...tokenNote({ token, variable, asked })];
  const optional = { ...(begin === undefined ? {} : { begin }), ...(links ? { links } : {}) };
  return { client, file, format, ...optional, config, notes, next };
}

function tokenNote({ token, variable, asked }: { token?: string; variable?: string; asked?: boolean }): string[] {
  if (token !== undefined) return [];
  if (variable) {
    return [`set the environment variable ${variable} to a token with the scope mcp before the client starts`];
  }
  if (asked) return ["VS Code asks for the token once, and keeps it in the system's secret storage"];
  return ["replace YOUR_TOKEN by a token with the scope mcp: the client expands no variables there"];
}
