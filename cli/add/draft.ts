import { join } from "node:path";
import { validateCatalog } from "../../mcp/catalog";
import { entryOf, MANIFEST } from "../../mcp/load-catalog";
import { oneLine } from "../../mcp/plain-text";
import { formatNote, fromServerJson, type ImportNote } from "../../mcp/server-json";
import { ProblemsError } from "../../problems";
import { manifestText } from "./manifest-text";

/** A server's folder before it is written. */
export interface Draft {
  name: string;
  user: number;
  /** File name to text. */
  files: Record<string, string>;
  /** What has to be filled in. */
  needs: string[];
  /** Names of the secrets that must have a value. */
  secrets: string[];
}

/** What a document may not give itself: each would open a wall, or take more of the machine. */
const WALLS = ["egress", "mounts", "database", "resources"];

const NO_WAY_OUT = "it has no way out until you list here what it may reach, as host:port";
const DOCKERIGNORE = "# What the image does not hold must not rebuild it.\n.dockerignore\nserver.yaml\n";

/**
 * A server's folder from a server.json.
 * @param document whatever it is
 * @param from how it is called, with its version
 * @param options the server's user, and its name if not that of the document
 * @throws ProblemsError when no manifest can be made of it, or one that is wrong other than by what is to be filled in
 */
export function draft(document: unknown, from: string, options: { name?: string; user: number }): Draft {
  const { manifest, notes, dockerfile } = fromServerJson(document, { ...options, file: from });
  const { name, user, ...rest } = manifest as { name: string; user: number };
  const open = { ...rest } as Record<string, unknown>;
  const asked = WALLS.filter((key) => key in open).map((key): ImportNote => {
    const text = `server.json asks for ${oneLine(JSON.stringify(open[key]), 200)}; that is for you to allow`;
    delete open[key];
    return { path: [key], text, fill: false };
  });
  const told = [...notes.filter(({ path }) => path[0] !== "egress"), noWayOut, ...asked];
  const head = [`${name}: made by \`servers add\` from ${from}.`, "Every key and its default: docs/manifests.md."];
  const text = manifestText({ name, ...open, egress: [], user }, told, head);

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
    secrets: secrets.filter(({ required }) => required).map((secret) => secret.name),
  };
}

const noWayOut: ImportNote = { path: ["egress"], text: NO_WAY_OUT, fill: false };
