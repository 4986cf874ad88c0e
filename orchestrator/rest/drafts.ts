import type { z } from "zod";
import type { draftSchema } from "../../api/schemas/drafts";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { parseYaml } from "../../lib/yaml";
import { draftFolder } from "../../manifest/draft/folder";
import { freeUser } from "../../manifest/draft/free-user";
import { openingsOf } from "../../manifest/draft/openings";
import { waysOut } from "../../manifest/draft/wishes";
import { MANIFEST } from "../../manifest/load-catalog";
import { parseManifest } from "../../manifest/manifest";
import { fromServerJson } from "../../manifest/server-json";
import type { Deployer } from "../servers/docker/deploy/deployer";
import type { ServerInfo } from "../servers/server-info";

export type Draft = z.output<typeof draftSchema>;

/** What somebody wants of a server that is to be added. */
export interface Wanted {
  /** A server.json. */
  document: unknown;
  /** How it is called, with its version; undefined for a document of nobody's. */
  from?: string;
  /** What a registry says of it. */
  notes: string[];
  /** @default that of the document */
  name?: string;
  /** Which of several packages. @default the most complete one */
  package?: string;
  /** Values of environment variables. @default those of the document */
  env?: Record<string, string>;
  /** Where it may go. @default undecided: nowhere, with a note */
  egress?: string[];
}

/**
 * Makes a server's folder as `servers add` does, and says what the server will be allowed. Nothing is kept.
 * @param servers all there are, for a user that nobody has
 * @throws ProblemsError when no manifest can be made of it
 */
export function draftOf(wanted: Wanted, servers: ServerInfo[], deployer: Pick<Deployer, "check">): Draft {
  const { document, env, egress } = wanted;
  const from = wanted.from ?? "a server.json";
  const user = freeUser(usersOf(servers));
  if (user === undefined) throw new ProblemsError([{ ...NO_USER, file: from }]);
  const options = {
    ...{ user, file: from },
    ...(wanted.name === undefined ? {} : { name: wanted.name }),
    ...(wanted.package === undefined ? {} : { package: wanted.package }),
  };
  const manifest = { ...(env ? { env } : {}), ...(egress ? { egress: waysOut(egress) } : {}) };
  const wishes = { apt: [], manifest, toldWaysOut: egress !== undefined };
  const made = draftFolder(fromServerJson(document, options), from, { wishes });
  const written = manifestOf(made.files[MANIFEST] ?? "");
  const complete = parseManifest(written, MANIFEST).manifest;
  const { user: _, ...asked } = written;
  const needs = made.needs.map(({ path, text }) => ({ path: path.join("."), text }));
  const obstacles = [
    ...needs.map(({ path, text }) => `${path}: ${text}`),
    ...deployer.check(asked).map(({ path, got, expected }) => `${path}: got ${got}, expected ${expected}`),
  ];
  return {
    ...{ name: made.name, from, files: made.files, manifest: asked, needs },
    notes: [...wanted.notes, ...made.notes],
    opens: openingsOf(written, complete),
    deployable: obstacles.length === 0,
    obstacles,
    command: command(wanted, made.name),
  };
}

const NO_USER = { path: "user", got: "none that is free", expected: "one from 11001 to 14995" };

function usersOf(servers: ServerInfo[]): Set<number> {
  return new Set(servers.flatMap(({ manifest: { user, services } }) => [user, ...services.map((one) => one.user)]));
}

function manifestOf(text: string): Record<string, unknown> {
  const parsed = parseYaml(text);
  return parsed.findings === undefined && isMapping(parsed.document) ? parsed.document : {};
}

/** The command that makes the same folder. */
function command({ from, name, package: one, env = {}, egress }: Wanted, made: string): string {
  const words = [
    ...["bin/dind-mcp", "servers", "add", from ?? "server.json"],
    ...(name === undefined ? [] : ["--name", made]),
    ...(one === undefined ? [] : ["--package", one]),
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...(egress ? ["--egress", egress.join(",") || "none"] : []),
  ];
  return words
    .map((word) => (/^[\w./:@=,*+-]+$/.test(word) ? word : `'${oneLine(word).replaceAll("'", "'\\''")}'`))
    .join(" ");
}
