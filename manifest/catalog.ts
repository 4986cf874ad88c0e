import { type Locate, located, type Path } from "../lib/findings";
import type { Problem } from "../lib/problems";
import { secretProblems } from "./given-secrets";
import { type Lending, type LentFolder, lentInVain, notLent, withAccess } from "./lent-folders";
import { type ParsedManifest, parseManifest } from "./manifest";
import { type Granting, grantedInVain, notGranted } from "./private-hosts";
import type { Build, Manifest } from "./types";

/** One folder of the catalog, as read from the disk. */
export interface CatalogEntry {
  /** Absolute path of the folder; its last part has to be the server's name. */
  folder: string;
  /** How problems name its manifest. */
  file: string;
  /** The manifest's content; absent when it could not be read, and then `problems` has the reason. */
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
  /** Folders of the host by name, as the config lends them. @default folders are not checked */
  folders?: Record<string, LentFolder>;
  /** Server to the hosts of private networks that the config opens to it. @default they are not checked */
  privateHosts?: Record<string, string[]>;
  /** The file that `servers`, `folders` and the secrets' values come from. @default "the stack's config" */
  settingsFile?: string;
}

/** The catalog's selected servers, sorted by name, or everything that is wrong. */
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
  const built = [
    { build: manifest.build, at: ["build"] },
    ...manifest.services.map(({ build }, index) => ({ build, at: ["services", index, "build"] })),
  ];
  return [...named, ...built.flatMap(({ build, at }) => (build ? contextProblems(entry, build, at) : []))];
}

function contextProblems(entry: CatalogEntry, { context, dockerfile }: Build, at: Path): Problem[] {
  if (!entry.exists(context)) {
    return problem(entry, [...at, "context"], JSON.stringify(context), "a folder that exists");
  }
  if (entry.exists(`${context}/${dockerfile}`)) return [];
  const got = JSON.stringify(dockerfile);
  return problem(entry, [...at, "dockerfile"], got, "a file that exists in the build context");
}

/** Something that only one may have, and where a manifest says so. */
interface Claim {
  entry: CatalogEntry;
  key: "name" | "user";
  path: Path;
  value: string | number;
}

/** Reports names and users that several servers, or companions of several, have. */
function sharedClaims(claims: Claim[], fix: string): Problem[] {
  return claims.flatMap(({ entry, key, path, value }, index) => {
    // Within one manifest that is its own problem (service-rules.ts).
    const first = claims.slice(0, index).find((other) => other.value === value && other.entry !== entry);
    if (!first) return [];
    return problem(entry, path, JSON.stringify(value), `another ${key} than ${first.entry.file} has`, fix);
  });
}

function nameClaims({ entry, manifest }: Checked): Claim[] {
  return manifest ? [{ entry, key: "name", path: ["name"], value: manifest.name }] : [];
}

function userClaims({ entry, manifest }: Checked): Claim[] {
  if (!manifest) return [];
  const of = manifest.services.map(({ user }, index): Claim => {
    return { entry, key: "user", path: ["services", index, "user"], value: user };
  });
  return [{ entry, key: "user", path: ["user"], value: manifest.user }, ...of];
}

/** What manifests and the config say of folders of the host, where they do not agree. */
function lendingProblems(checked: Checked[], servers: CatalogServer[], known: string[], lending: Lending): Problem[] {
  const manifests = servers.map(({ manifest }) => manifest);
  const mounts = checked.flatMap(({ entry, manifest }) => {
    if (!manifest || !manifests.includes(manifest)) return [];
    return notLent(manifest, lending).flatMap(({ mount, got, expected, fix }) =>
      problem(entry, ["mounts", mount, "folder"], got, expected, fix),
    );
  });
  return [...mounts, ...lentInVain(servers, known, lending)];
}

/** What manifests and the config say of hosts of private networks, where they do not agree. */
function grantingProblems(
  checked: Checked[],
  servers: CatalogServer[],
  known: string[],
  granting: Granting,
): Problem[] {
  const manifests = servers.map(({ manifest }) => manifest);
  const lines = checked.flatMap(({ entry, manifest }) => {
    if (!manifest || !manifests.includes(manifest)) return [];
    return notGranted(manifest, granting).flatMap(({ line, got, expected, fix }) =>
      problem(entry, ["egress", line], got, expected, fix),
    );
  });
  return [...lines, ...grantedInVain(servers, known, granting)];
}

/**
 * Checks a whole catalog: each manifest, and how they fit together.
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
  const { secrets, folders, privateHosts, settingsFile: file = SETTINGS_FILE } = options;
  const selected = options.servers?.length ? options.servers : known;
  const unknown = selected
    .filter((name) => !known.includes(name))
    .map((name) => ({
      file,
      path: "servers",
      got: JSON.stringify(name),
      expected: `servers of the catalog: ${known.join(", ") || "it has none"}`,
    }));
  const servers = checked
    .flatMap(({ entry, manifest }) => (manifest ? [{ manifest, folder: entry.folder, file: entry.file }] : []))
    .filter(({ manifest }) => selected.includes(manifest.name))
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  const manifests = servers.map(({ manifest }) => manifest);
  const problems = [
    ...checked.flatMap((one) => [...one.problems, ...folderProblems(one)]),
    ...sharedClaims(checked.flatMap(nameClaims), "rename one of the two"),
    ...sharedClaims(checked.flatMap(userClaims), "give each server a user of its own"),
    ...unknown,
    ...(secrets ? secretProblems(manifests, known, { secrets, file }) : []),
    ...(folders ? lendingProblems(checked, servers, known, { folders, file }) : []),
    ...(privateHosts ? grantingProblems(checked, servers, known, { privateHosts, file }) : []),
  ];
  if (problems.length > 0) return { servers: [], problems };
  if (!folders) return { servers, problems };
  return {
    servers: servers.map((server) => ({ ...server, manifest: withAccess(server.manifest, folders) })),
    problems,
  };
}
