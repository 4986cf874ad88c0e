import { type Locate, located, type Path } from "../lib/findings";
import type { Problem } from "../lib/problems";
import { type ParsedManifest, parseManifest } from "./manifest";
import type { Manifest } from "./types";

/** One folder of the catalog, as it was read. */
export interface CatalogEntry {
  /** Absolute path of the folder; its last part has to be the server's name. */
  folder: string;
  /** How problems name its manifest. */
  file: string;
  /** What the manifest holds; absent when it could not be read, for which `problems` has the reason. */
  document?: unknown;
  problems?: Problem[];
  /** Finds the line of a key path. */
  locate?: Locate;
  /** True when a path relative to the folder is there. */
  exists: (path: string) => boolean;
}

/** A server of the catalog. */
export interface CatalogServer {
  manifest: Manifest;
  /** Absolute path of its folder. */
  folder: string;
  /** How problems name its manifest. */
  file: string;
}

/** How problems name the file with the stack's config, unless the options say better. */
export const SETTINGS_FILE = "the stack's config";

export interface CatalogOptions {
  /** Names of the servers to run. @default all of them */
  servers?: string[];
  /** Server to the names of its secrets that have a value. @default secrets are not checked */
  secrets?: Record<string, string[]>;
  /** The file that `servers` and the secrets' values come from. @default "the stack's config" */
  settingsFile?: string;
}

/** The catalog's selected servers, sorted by name, or all that is wrong. */
export interface ValidatedCatalog {
  servers: CatalogServer[];
  problems: Problem[];
}

interface Checked extends ParsedManifest {
  entry: CatalogEntry;
}

function last(path: string): string {
  return path.split("/").filter(Boolean).at(-1) ?? "";
}

/** A problem of an entry's manifest. */
function problem(entry: CatalogEntry, path: Path, got: string, expected: string, fix?: string): Problem[] {
  return located([{ path, got, expected, ...(fix ? { fix } : {}) }], entry.file, entry.locate);
}

function folderProblems({ entry, manifest }: Checked): Problem[] {
  if (!manifest) return [];
  const folder = last(entry.folder);
  const named =
    folder === manifest.name
      ? []
      : problem(entry, ["name"], JSON.stringify(manifest.name), `the folder's name, ${JSON.stringify(folder)}`);
  const { build } = manifest;
  if (!build) return named;
  if (!entry.exists(build.context)) {
    return [...named, ...problem(entry, ["build", "context"], JSON.stringify(build.context), "a folder that exists")];
  }
  const dockerfile = `${build.context}/${build.dockerfile}`;
  if (entry.exists(dockerfile)) return named;
  const got = JSON.stringify(build.dockerfile);
  return [...named, ...problem(entry, ["build", "dockerfile"], got, "a file that exists in the build context")];
}

/** Names and users have to be one server's alone. */
function sharedKey(checked: Checked[], key: "name" | "user", fix: string): Problem[] {
  return checked.flatMap(({ entry, manifest }, index) => {
    const first = checked.slice(0, index).find((other) => manifest && other.manifest?.[key] === manifest[key]);
    if (!manifest || !first) return [];
    return problem(entry, [key], JSON.stringify(manifest[key]), `another ${key} than ${first.entry.file} has`, fix);
  });
}

function secretProblems(manifests: Manifest[], known: string[], options: CatalogOptions): Problem[] {
  const { secrets, settingsFile: file = SETTINGS_FILE } = options;
  if (!secrets) return [];
  const missing = manifests.flatMap((manifest) =>
    // Not secretFiles: the stack itself gives the database's address.
    manifest.secrets
      .filter(({ name, required }) => required && !secrets[manifest.name]?.includes(name))
      .map(({ name, description }) => ({
        file,
        path: `secrets.${manifest.name}.${name}`,
        got: "nothing",
        expected: `a value${description ? `: ${description}` : ""}`,
        fix: `pulumi config set --secret --path 'secrets.${manifest.name}.${name}'`,
      })),
  );
  // A value that no server reads has a misspelt name. Servers that are not selected, or whose manifest is wrong, keep
  // theirs.
  const unknown = Object.entries(secrets).flatMap(([server, names]) => {
    const manifest = manifests.find(({ name }) => name === server);
    const declared = manifest ? manifest.secrets.map(({ name }) => name) : known.includes(server) ? names : [];
    return names
      .filter((name) => !declared.includes(name))
      .map((name) => ({
        file,
        path: `secrets.${server}.${name}`,
        got: "a value",
        expected: manifest ? `one of the server's secrets: ${declared.join(", ") || "it has none"}` : "a server's name",
        fix: "correct the spelling, or remove it",
      }));
  });
  return [...missing, ...unknown];
}

/**
 * Checks a whole catalog: each manifest, and what has to fit between them.
 * @returns the selected servers, sorted by name, when there is no problem, else every problem at once
 */
export function validateCatalog(entries: CatalogEntry[], options: CatalogOptions = {}): ValidatedCatalog {
  const sorted = [...entries].sort((a, b) => (a.file < b.file ? -1 : 1));
  const checked = sorted.map(
    (entry): Checked =>
      entry.problems
        ? { entry, problems: entry.problems }
        : { entry, ...parseManifest(entry.document, entry.file, entry.locate) },
  );
  const known = [...new Set(checked.map(({ entry, manifest }) => manifest?.name ?? last(entry.folder)))].sort();
  const selected = options.servers?.length ? options.servers : known;
  const unknown = selected
    .filter((name) => !known.includes(name))
    .map((name) => ({
      file: options.settingsFile ?? SETTINGS_FILE,
      path: "servers",
      got: JSON.stringify(name),
      expected: `servers of the catalog: ${known.join(", ") || "it has none"}`,
    }));
  const servers = checked
    .flatMap(({ entry, manifest }) => (manifest ? [{ manifest, folder: entry.folder, file: entry.file }] : []))
    .filter(({ manifest }) => selected.includes(manifest.name))
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  const problems = [
    ...checked.flatMap((one) => [...one.problems, ...folderProblems(one)]),
    ...sharedKey(checked, "name", "rename one of the two"),
    ...sharedKey(checked, "user", "give each server a user of its own"),
    ...unknown,
    ...secretProblems(
      servers.map(({ manifest }) => manifest),
      known,
      options,
    ),
  ];
  return problems.length > 0 ? { servers: [], problems } : { servers, problems };
}
