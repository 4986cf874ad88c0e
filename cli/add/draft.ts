import { readFileSync } from "node:fs";
import { join } from "node:path";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { validateCatalog } from "../../manifest/catalog";
import { entryOf, MANIFEST } from "../../manifest/load-catalog";
import { EGRESS, formatNote, fromServerJson, note, toFill } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import type { Copy } from "./local/files";
import { type LocalServer, localImport } from "./local/local-server";
import { manifestText } from "./manifest-text";
import { overlaid, roomFor, type Wishes, withPackages } from "./wishes";

/** A server's folder before it is written. */
export interface Draft {
  name: string;
  user: number;
  /** File name to text. */
  files: Record<string, string>;
  /** The user's own files that go beside them. */
  copies: Copy[];
  /** Notes on what to fill in. */
  needs: string[];
  /** Other notes. */
  notes: string[];
  /** Names of the secrets that must have a value. */
  secrets: string[];
}

interface DraftOptions {
  user: number;
  /** @default that of the document */
  name?: string;
  /** Which of several packages. @default the most complete one */
  package?: string;
  /** Wishes of a recipe and the user, which may open walls. @default nothing */
  wishes?: Wishes;
  /** A server that the user has as files: then the document does not count. */
  local?: LocalServer;
  /** Variables that the user has to fill in, and what they are. @default none */
  ask?: Record<string, string>;
}

interface Identity {
  name: string;
  user: number;
}

/** Keys that a document cannot set for itself: each would open a wall, or take more of the machine. */
const WALLS = [
  "egress",
  "mounts",
  "storage",
  "home",
  "database",
  "resources",
  "browser",
  "scratch",
  "sharedMemory",
  "cacheDir",
];
const NO_APT = "expected none: this server is an image, which has its own packages";
const DOCKERIGNORE = "# What the image does not hold must not rebuild it.\n.dockerignore\nserver.yaml\n";

/**
 * A server's folder from a server.json.
 * @param document whatever it is
 * @param from how it is called, with its version
 * @throws ProblemsError when no manifest can be made of it, or one that is wrong other than by what is to be filled in
 */
export function draft(document: unknown, from: string, { wishes, ask = {}, local, ...options }: DraftOptions): Draft {
  const { manifest, notes, dockerfile } = local
    ? localImport(local, options)
    : fromServerJson(document, { ...options, file: from });
  const copies = local?.files.copies ?? [];
  const { name, title, description, version, user, ...rest } = manifest as Record<string, unknown> & Identity;
  const asked = WALLS.filter((key) => key in rest).map((key) => {
    return note([key], `server.json asks for ${oneLine(JSON.stringify(rest[key]), 200)}; that is for you to allow`);
  });
  const unasked = Object.fromEntries(Object.entries(rest).filter(([key]) => !WALLS.includes(key)));
  const { egress = [], ...open } = overlaid(unasked, wishes?.manifest ?? {});
  const missing = Object.entries(ask).filter(([name]) => (open.env as Record<string, unknown>)?.[name] === "");
  const egressNote = note(
    ["egress"],
    "it has no way out until you list what it may reach, as host:port; leave it empty when it needs none",
  );
  const pinned = open.image === undefined || String(open.image).includes("@sha256:");
  const told = [
    ...notes.filter(({ text }) => text !== EGRESS),
    ...(pinned ? [] : [note(["image"], "pin it by its digest; a tag can mean another image tomorrow")]),
    ...asked,
    ...missing.map(([name, about]) => toFill(["env", name], about)),
    ...(wishes?.toldWaysOut ? [] : [egressNote]),
  ];
  const head = [
    `${name}: made by \`servers add\` from ${from}.`,
    "Every key and its default: docs/manifests.md. The limits (resources) are for all sessions together: measure, then set them.",
  ];
  const identity = { name, ...(title ? { title } : {}), description, version };
  const apt = wishes?.apt ?? [];
  const text = manifestText({ ...identity, ...roomFor(apt), ...open, egress, user }, told, head);

  const image = dockerfile && withPackages(dockerfile, apt);
  if (!dockerfile && apt.length > 0) throw new CliError(`--apt: got ${apt.join(",")}, ${NO_APT}`, ExitCode.Usage);
  // The build context is this folder. A document that was exported from here may name another one, which it does not
  // contain.
  const ignore = { ".dockerignore": ignored(copies) };
  const files = { [MANIFEST]: text, ...(image ? { Dockerfile: image } : {}), ...(image || local ? ignore : {}) };
  const there = new Set([...Object.keys(files), ...copies.map(({ to }) => to)]);
  const exists = (path: string): boolean => path === "." || there.has(path.replace(/^\.\//, ""));
  const entry = entryOf(join("/", name || "unnamed"), `the draft of ${oneLine(name)}/${MANIFEST}`, text, exists);
  const needs = told.filter(({ fill }) => fill);
  const wrong = validateCatalog([entry]).problems.filter(
    (problem) => !needs.some(({ path }) => path.join(".") === problem.path),
  );
  if (wrong.length > 0) throw new ProblemsError(wrong);
  const secrets = (open.secrets ?? []) as { name: string; required?: boolean }[];
  return {
    ...{
      name,
      user,
      files,
      copies: copies.filter(({ to }) => !Object.hasOwn(files, to)),
      needs: needs.map(formatNote),
    },
    notes: told.filter(({ fill }) => !fill).map(formatNote),
    secrets: secrets.filter(({ required = true }) => required).map((secret) => secret.name),
  };
}

/** What the image does not hold, beside what the user's own file says. */
function ignored(copies: Copy[]): string {
  const own = copies.find(({ to }) => to === ".dockerignore");
  return `${own ? `${readFileSync(own.from, "utf8").trimEnd()}\n` : ""}${DOCKERIGNORE}`;
}
