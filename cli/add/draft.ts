import { join } from "node:path";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { validateCatalog } from "../../manifest/catalog";
import { entryOf, MANIFEST } from "../../manifest/load-catalog";
import { EGRESS, formatNote, fromServerJson, note } from "../../manifest/server-json";
import { manifestText } from "./manifest-text";

/** A server's folder before it is written. */
export interface Draft {
  name: string;
  user: number;
  /** File name to text. */
  files: Record<string, string>;
  /** What has to be filled in. */
  needs: string[];
  /** What else there is to know. */
  notes: string[];
  /** Names of the secrets that must have a value. */
  secrets: string[];
}

interface Identity {
  name: string;
  user: number;
}

/** What a document may not give itself: each of these would open a wall or take more of the machine. */
const WALLS = ["egress", "mounts", "database", "resources"];
const DOCKERIGNORE = "# What the image does not hold must not rebuild it.\n.dockerignore\nserver.yaml\n";

/**
 * A server's folder from a server.json.
 * @param document whatever it is
 * @param from how it is called, with its version
 * @param options the server's user, its name if not that of the document, and which of several packages
 * @throws ProblemsError when no manifest can be made of it, or one that is wrong other than by what is to be filled in
 */
export function draft(
  document: unknown,
  from: string,
  options: { name?: string; user: number; package?: string },
): Draft {
  const { manifest, notes, dockerfile } = fromServerJson(document, { ...options, file: from });
  const { name, title, description, version, user, ...rest } = manifest as Record<string, unknown> & Identity;
  const asked = WALLS.filter((key) => key in rest).map((key) => {
    return note([key], `server.json asks for ${oneLine(JSON.stringify(rest[key]), 200)}; that is for you to allow`);
  });
  const open = Object.fromEntries(Object.entries(rest).filter(([key]) => !WALLS.includes(key)));
  const pinned = open.image === undefined || String(open.image).includes("@sha256:");
  const told = [
    ...notes.filter(({ text }) => text !== EGRESS),
    ...(pinned ? [] : [note(["image"], "pin it by its digest; a tag can mean another image tomorrow")]),
    ...asked,
    note(
      ["egress"],
      "it has no way out until you list what it may reach, as host:port; leave it empty when it needs none",
    ),
  ];
  const head = [
    `${name}: made by \`servers add\` from ${from}.`,
    "Every key and its default: docs/manifests.md. The limits (resources) are for all sessions together: measure, then set them.",
  ];
  const identity = { name, ...(title ? { title } : {}), description, version };
  const text = manifestText({ ...identity, ...open, egress: [], user }, told, head);

  // The build context is this folder; a document from here may name one that it does not bring along.
  const files = { [MANIFEST]: text, ...(dockerfile ? { Dockerfile: dockerfile, ".dockerignore": DOCKERIGNORE } : {}) };
  const exists = (path: string): boolean => path === "." || Object.hasOwn(files, path.replace(/^\.\//, ""));
  const entry = entryOf(join("/", name || "unnamed"), `the draft of ${oneLine(name)}/${MANIFEST}`, text, exists);
  const needs = told.filter(({ fill }) => fill);
  const wrong = validateCatalog([entry]).problems.filter(
    (problem) => !needs.some(({ path }) => path.join(".") === problem.path),
  );
  if (wrong.length > 0) throw new ProblemsError(wrong);
  const secrets = (open.secrets ?? []) as { name: string; required: boolean }[];
  return {
    ...{ name, user, files, needs: needs.map(formatNote) },
    notes: told.filter(({ fill }) => !fill).map(formatNote),
    secrets: secrets.filter(({ required }) => required).map((secret) => secret.name),
  };
}
