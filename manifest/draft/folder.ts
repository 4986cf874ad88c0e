import { join } from "node:path";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { validateCatalog } from "../catalog";
import { entryOf, MANIFEST } from "../load-catalog";
import { manifestSchema } from "../schema";
import { EGRESS, formatNote, type ImportNote, type ImportResult, note, toFill } from "../server-json";
import { TransportType } from "../types";
import { manifestText } from "./manifest-text";
import { overlaid, roomFor, type Wishes, withPackages } from "./wishes";

/** A server's folder before it is written. */
export interface FolderDraft {
  name: string;
  user: number;
  /** File name to text. */
  files: Record<string, string>;
  /** What is to be filled in. */
  needs: ImportNote[];
  /** Other notes. */
  notes: string[];
  /** Names of the secrets that must have a value. */
  secrets: string[];
}

/** What else a folder depends on. */
export interface FolderOptions {
  /** Wishes of a recipe and the user, which may open walls. @default nothing */
  wishes?: Wishes;
  /** Variables that the user has to fill in, and what they are. @default none */
  ask?: Record<string, string>;
  /** Files of the user's that go beside them, by their places in the folder; undefined for a server that has none. */
  own?: { places: string[]; dockerignore?: string };
}

/** What a document may set for itself. Every other key opens a wall, takes more of the machine, or reaches what is the user's. */
const HARMLESS = [
  ...["image", "build", "transport", "headers", "oauth", "tls", "env", "notSecrets", "secrets"],
  ...["health", "sessions", "tools", "timeouts", "workdir"],
];
const WALLS = Object.keys(manifestSchema.shape).filter((key) => !HARMLESS.includes(key));
const DOCKERIGNORE = "# What the image does not hold must not rebuild it.\n.dockerignore\nserver.yaml\n";

interface Identity {
  name: string;
  user: number;
}

/**
 * A server's folder from what was read of it. It is the same wherever it is asked for, on the command line or on the page.
 * @param from how it is called, with its version
 * @throws ProblemsError when its manifest is wrong other than by what is to be filled in
 */
export function draftFolder(
  { manifest, notes, dockerfile }: ImportResult,
  from: string,
  { wishes, ask = {}, own }: FolderOptions = {},
): FolderDraft {
  const { name, title, description, version, user, ...rest } = manifest as Record<string, unknown> & Identity;
  const { taken, left } = withoutOpenings(rest);
  const asked = left.map(([key, value]) => {
    return note([key], `server.json asks for ${oneLine(JSON.stringify(value), 200)}; that is for you to allow`);
  });
  const isFar = isMapping(rest.transport) && rest.transport.type === TransportType.Remote; // its way out is its address
  const { egress = [], ...open } = overlaid(taken, wishes?.manifest ?? {});
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
    ...(wishes?.toldWaysOut || isFar ? [] : [egressNote]),
  ];
  const head = [
    `${name}: made by \`servers add\` from ${from}.`,
    "Every key and its default: docs/manifests.md. The limits (resources) are for all sessions together: measure, then set them.",
  ];
  const identity = { name, ...(title ? { title } : {}), description, version };
  const apt = wishes?.apt ?? [];
  const text = manifestText({ ...identity, ...roomFor(apt), ...open, ...(isFar ? {} : { egress }), user }, told, head);

  const image = dockerfile && withPackages(dockerfile, apt);
  // The build context is this folder. A document that was exported from here may name another one, which it does not
  // contain.
  const ignore = { ".dockerignore": `${own?.dockerignore ? `${own.dockerignore.trimEnd()}\n` : ""}${DOCKERIGNORE}` };
  const files = { [MANIFEST]: text, ...(image ? { Dockerfile: image } : {}), ...(image || own ? ignore : {}) };
  const there = new Set([...Object.keys(files), ...(own?.places ?? [])]);
  const exists = (path: string): boolean => path === "." || there.has(path.replace(/^\.\//, ""));
  const entry = entryOf(join("/", name || "unnamed"), `the draft of ${oneLine(name)}/${MANIFEST}`, text, exists);
  const needs = told.filter(({ fill }) => fill);
  const wrong = validateCatalog([entry]).problems.filter(
    (problem) => !needs.some(({ path }) => path.join(".") === problem.path),
  );
  if (wrong.length > 0) throw new ProblemsError(wrong);
  const secrets = (open.secrets ?? []) as { name: string; required?: boolean }[];
  return {
    ...{ name, user, files, needs },
    notes: told.filter(({ fill }) => !fill).map(formatNote),
    secrets: secrets.filter(({ required = true }) => required).map((secret) => secret.name),
  };
}

/** What is taken of a document, and what is left for the user to allow; so are values of a shared service's secrets. */
function withoutOpenings(document: Record<string, unknown>): {
  taken: Record<string, unknown>;
  left: [string, unknown][];
} {
  const entries = Object.entries(document);
  const taken = Object.fromEntries(entries.filter(([key]) => !WALLS.includes(key)));
  const left = entries.filter(([key]) => WALLS.includes(key));
  if (!Array.isArray(document.secrets)) return { taken, left };
  const isShared = (one: unknown): boolean => isMapping(one) && one.from !== undefined;
  const secrets = document.secrets.filter((one) => !isShared(one));
  const shared = document.secrets.filter(isShared).map((one): [string, unknown] => ["secrets", one]);
  return { taken: { ...taken, secrets }, left: [...left, ...shared] };
}
