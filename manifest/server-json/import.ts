import { located } from "../../lib/findings";
import { oneLine } from "../../lib/plain-text";
import { type Problem, ProblemsError } from "../../lib/problems";
import { zodFindings } from "../../lib/zod-findings";
import { type Candidate, candidates, type Imported, mostComplete, packageName } from "./choose";
import { type ImportNote, note, toFill } from "./notes";
import { takeImage, takePackage } from "./packages";
import { isTakenRemotely, takeRemote } from "./remotes";
import { OUR_META, PUBLISHER_META, type ServerJson, serverJsonSchema } from "./schema";
import { upgraded } from "./upgrade";

export interface ImportOptions {
  /** The server's user, 11000 to 14995, which no server has yet. @default for a server exported from here, what it had */
  user?: number;
  /** @default the part of the registry's name behind the slash */
  name?: string;
  /** How problems name the document. @default "server.json" */
  file?: string;
  /** Which of several packages: a registry, a name, a transport, or its number from 1. @default the most complete one */
  package?: string;
}

/** What an import gives. */
export interface ImportResult {
  /** The draft of a server.yaml; complete unless a note says what to fill in. */
  manifest: Record<string, unknown>;
  /** Text of the Dockerfile that goes beside it. */
  dockerfile?: string;
  /** What could not be carried over, and what is left to do. */
  notes: ImportNote[];
}

function parse(document: unknown, file: string): ServerJson {
  const parsed = serverJsonSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new ProblemsError(located(zodFindings(parsed.error, document, serverJsonSchema), file));
}

/** The registry's name as ours: a DNS label. */
export function localName(name: string): string {
  const label = (name.split("/").at(-1) ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return label.replace(/^-+/, "").slice(0, 32).replace(/-+$/, "");
}

/** The note on egress that every import carries. */
export const EGRESS = "server.json does not tell what a server reaches; it has no way out until you list it";

/** Keys that have a place in a manifest, or a note of their own. */
const DOCUMENT_KEYS = ["$schema", "name", "title", "description", "version", "packages", "remotes", "_meta"];
const PACKAGE_KEYS = [
  ...["registryType", "identifier", "transport", "registryBaseUrl", "version", "fileSha256", "runtimeHint"],
  ...["runtimeArguments", "packageArguments", "environmentVariables"],
];

function leftOut(document: ServerJson, { at, chosen }: Candidate): ImportNote[] {
  const others = (document.packages ?? []).filter((_, index) => index !== at).map(packageName);
  const unused = Object.keys(document).filter((key) => !DOCUMENT_KEYS.includes(key));
  const unknown = Object.keys(chosen).filter((key) => !PACKAGE_KEYS.includes(key));
  const published = Object.keys(document._meta?.[PUBLISHER_META] ?? {});
  return [
    ...(others.length > 0
      ? [
          note(
            ["packages"],
            `${others.join(", ")} left out; one is enough, and this one tells most (--package takes another)`,
          ),
        ]
      : []),
    ...(document.remotes?.length
      ? [note(["remotes"], "left out; its package runs here (--package remote takes the address)")]
      : []),
    ...(unused.length > 0 ? [note([unused.join(", ")], "left out; a manifest has no such field")] : []),
    ...(unknown.length > 0
      ? [note(["packages", at, unknown.join(", ")], "left out; a manifest has no such field")]
      : []),
    ...(published.length > 0
      ? [note(["_meta"], `${published.join(", ")} left out; a manifest has no such field`)]
      : []),
    ...(chosen.registryBaseUrl
      ? [note(["registryBaseUrl"], "left out; builds use the registry that npm and pip are set to")]
      : []),
    ...(chosen.fileSha256 ? [note(["fileSha256"], "left out; the package manager checks what it fetches")] : []),
    note(["egress"], EGRESS),
  ];
}

/**
 * The draft of a manifest, to be passed through parseManifest, from the official registry's server.json.
 * @throws ProblemsError when it is no server.json of schema 2025-12-11 or one before, or has no package that can run here
 */
export function fromServerJson(input: unknown, options: ImportOptions): ImportResult {
  const file = options.file ?? "server.json";
  const document = parse(upgraded(input), file);
  const { version } = document;
  const [title, description] = [oneLine(document.title ?? ""), oneLine(document.description)];
  const head = { name: options.name ?? localName(document.name), ...(title ? { title } : {}), description, version };
  const own = document._meta?.[PUBLISHER_META]?.[OUR_META];
  const problem = (path: string, got: string, expected: string): Problem => ({
    file,
    path: `(options) ${path}`,
    got,
    expected,
  });
  // A document that was exported from here: nothing is guessed, nothing lost.
  if (typeof own === "object" && own !== null) {
    if (options.package !== undefined) {
      throw new ProblemsError([
        problem("package", options.package, "none: the document was exported from here, complete"),
      ]);
    }
    const manifest = { ...own, ...head, ...(options.user ? { user: options.user } : {}) };
    const missing = toFill(
      ["build", "dockerfile"],
      "server.json does not hold it; put the server's own beside this file",
    );
    return { manifest, notes: "build" in own ? [missing] : [] };
  }

  const { user } = options;
  if (user === undefined) {
    throw new ProblemsError([problem("user", "nothing", "the number of a user no server has yet, 11000 to 14995")]);
  }
  if (isTakenRemotely(document, options.package)) {
    const { manifest, notes } = takeRemote(document, file);
    return { manifest: { ...head, ...manifest, user }, notes };
  }
  const found = candidates(document, options.package, file);
  const take = (one: Candidate): Imported =>
    one.registry === "oci" ? takeImage(one, document) : takePackage(one, one.registry, { document, user, file });
  const best = mostComplete(found, take);
  const { manifest, dockerfile, notes } = best;
  return {
    manifest: { ...head, ...manifest, user },
    ...(dockerfile ? { dockerfile } : {}),
    notes: [...notes, ...leftOut(document, best)],
  };
}
