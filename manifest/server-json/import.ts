import { located } from "../../lib/findings";
import { oneLine } from "../../lib/plain-text";
import { type Problem, ProblemsError } from "../../lib/problems";
import { zodFindings } from "../../lib/zod-findings";
import { INSTALLED_PROGRAM, PACKAGE_NAMES, PACKAGE_VERSION, packageDockerfile } from "./dockerfile";
import { argumentTexts, environment } from "./inputs";
import { type ImportNote, note, toFill } from "./notes";
import { OUR_META, PUBLISHER_META, type ServerJson, type ServerPackage, serverJsonSchema } from "./schema";
import { upgraded } from "./upgrade";

export interface ImportOptions {
  /** The server's user, 11000 to 14995, which no server has yet. @default for a server exported from here, what it had */
  user?: number;
  /** @default the part of the registry's name behind the slash */
  name?: string;
  /** How problems name the document. @default "server.json" */
  file?: string;
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

/** What we can run, the best first. */
const REGISTRIES = ["oci", "npm", "pypi"] as const;
type Registry = (typeof REGISTRIES)[number];

function parse(document: unknown, file: string): ServerJson {
  const parsed = serverJsonSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new ProblemsError(located(zodFindings(parsed.error, document, serverJsonSchema), file));
}

/** The registry's name as ours: a DNS label. */
function localName(name: string): string {
  const label = (name.split("/").at(-1) ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return label.replace(/^-+/, "").slice(0, 32).replace(/-+$/, "");
}

/** What a document offers instead of a package we can run. */
function offered({ packages = [], remotes = [] }: ServerJson): string {
  const all = packages.map((one) => `${one.registryType} with ${one.transport.type}`).join(", ");
  return all || (remotes.length > 0 ? "remotes alone, which run elsewhere" : "no package");
}

/** The package to run. @throws ProblemsError when there is none that we can run */
function choose(document: ServerJson, file: string): { registry: Registry; at: number; chosen: ServerPackage } {
  const { packages = [] } = document;
  for (const registry of REGISTRIES) {
    const at = packages.findIndex((one) => one.registryType === registry && one.transport.type !== "sse");
    const chosen = packages[at];
    if (chosen) return { registry, at, chosen };
  }
  const got = offered(document);
  const expected = `a package of ${REGISTRIES.join(", ")} with stdio or streamable-http`;
  throw new ProblemsError([
    { file, path: "packages", got, expected, fix: "build an image of it, and name that in a manifest" },
  ]);
}

function transport(chosen: ServerPackage, command: string[], notes: ImportNote[]): Record<string, unknown> {
  if (chosen.transport.type === "stdio") return { type: "stdio", command };
  const text = "url" in chosen.transport ? String(chosen.transport.url) : "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) notes.push(toFill(["transport", "port"], `fill in; the URL ${text} has variables`));
  const port = url?.port ? Number(url.port) : 80;
  return { type: "streamable-http", ...(command.length > 0 ? { command } : {}), port, path: url?.pathname ?? "/mcp" };
}

/** The program with its arguments, as far as server.json tells it. */
function command(registry: Registry, chosen: ServerPackage, notes: ImportNote[]): string[] {
  const runtime = chosen.runtimeArguments ?? [];
  const isEntrypoint = (one: { type: string; name?: unknown }): boolean =>
    one.type === "named" && one.name === "--entrypoint";
  const entrypoint = registry === "oci" ? runtime.find(isEntrypoint)?.value : INSTALLED_PROGRAM;
  for (const one of runtime.filter((other) => registry !== "oci" || !isEntrypoint(other))) {
    const what = "name" in one ? one.name : (one.value ?? "a value");
    notes.push(note(["runtimeArguments"], `${what} is for ${chosen.runtimeHint ?? "a runtime"} and was left out`));
  }
  const rest = argumentTexts(chosen.packageArguments ?? [], notes);
  if (entrypoint !== undefined) return [entrypoint, ...rest];
  if (chosen.transport.type !== "stdio" && rest.length === 0) return [];
  const text = "put the program first; server.json does not tell an image's entry point (docker inspect does)";
  notes.push(toFill(["transport", "command"], text));
  return rest;
}

/** An npm or PyPI package as an image built here. */
function installation(registry: "npm" | "pypi", at: number, chosen: ServerPackage, user: number, file: string): string {
  const { identifier, version = "" } = chosen;
  const problems: Problem[] = [];
  const check = (key: string, text: string, pattern: RegExp, expected: string): void => {
    if (!pattern.test(text))
      problems.push({ file, path: `packages.${at}.${key}`, got: text ? JSON.stringify(text) : "nothing", expected });
  };
  check("identifier", identifier, PACKAGE_NAMES[registry], `the name of a package of ${registry}`);
  check("version", version, PACKAGE_VERSION, "an exact version");
  if (problems.length > 0) throw new ProblemsError(problems);
  return packageDockerfile(registry, { identifier, version, user });
}

function leftOut(document: ServerJson, at: number, chosen: ServerPackage): ImportNote[] {
  const others = (document.packages ?? []).filter((_, index) => index !== at).map(({ registryType }) => registryType);
  const unused = ["websiteUrl", "repository", "icons"].filter((key) => key in document);
  return [
    ...(others.length > 0 ? [note(["packages"], `${others.join(", ")} left out; one is enough`)] : []),
    ...(document.remotes?.length ? [note(["remotes"], "left out; servers run here")] : []),
    ...(unused.length > 0 ? [note([unused.join(", ")], "left out; a manifest has no such field")] : []),
    ...(chosen.registryBaseUrl
      ? [note(["registryBaseUrl"], "left out; builds use the registry that npm and pip are set to")]
      : []),
    ...(chosen.fileSha256 ? [note(["fileSha256"], "left out; the package manager checks what it fetches")] : []),
    note(["egress"], "server.json does not tell what a server reaches; it has no way out until you list it"),
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
  // Exported from here: nothing to be guessed, and nothing lost.
  if (typeof own === "object" && own !== null) {
    const manifest = { ...own, ...head, ...(options.user ? { user: options.user } : {}) };
    const missing = toFill(
      ["build", "dockerfile"],
      "server.json does not hold it; put the server's own beside this file",
    );
    return { manifest, notes: "build" in own ? [missing] : [] };
  }

  const { user } = options;
  if (user === undefined) {
    const expected = "the number of a user no server has yet, 11000 to 14995";
    throw new ProblemsError([{ file, path: "(options) user", got: "nothing", expected }]);
  }
  const { registry, at, chosen } = choose(document, file);
  const notes: ImportNote[] = [];
  const dockerfile = registry === "oci" ? undefined : installation(registry, at, chosen, user, file);
  const run = transport(chosen, command(registry, chosen, notes), notes);
  const manifest = {
    ...head,
    ...(dockerfile ? { build: { context: "." } } : { image: chosen.identifier }),
    transport: run,
    ...environment(chosen.environmentVariables ?? [], notes),
    user,
  };
  return { manifest, ...(dockerfile ? { dockerfile } : {}), notes: [...notes, ...leftOut(document, at, chosen)] };
}
