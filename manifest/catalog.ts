import type { Path } from "../lib/findings";
import type { Problem } from "../lib/problems";
import { type Declared, nameClaims, sharedClaims, userClaims } from "./catalog-claims";
import { type CatalogEntry, entryProblem } from "./catalog-entry";
import {
  type CatalogService,
  type CheckedService,
  checkedServices,
  usedBy,
  usedServices,
  usesProblems,
} from "./catalog-services";
import { secretProblems } from "./given-secrets";
import { type Lending, type LentFolder, lentInVain, notLent, withAccess } from "./lent-folders";
import { configuredSecrets, type ParsedManifest, parseManifest } from "./manifest";
import { type Granting, grantedInVain, notGranted } from "./private-hosts";
import type { Build, Manifest } from "./types";

export type { CatalogEntry } from "./catalog-entry";

/** A server of the catalog. */
export interface CatalogServer {
  manifest: Manifest;
  /** Absolute path of its folder. */
  folder: string;
  /** How problems name its manifest. */
  file: string;
  /** The shared services that it uses. */
  uses: CatalogService[];
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
  /** All shared services, used or not. */
  services: CatalogService[];
  problems: Problem[];
}

interface Checked extends ParsedManifest {
  entry: CatalogEntry;
}

function last(path: string): string {
  return path.split("/").filter(Boolean).at(-1) ?? "";
}

function folderProblems({
  entry,
  manifest,
  service,
}: Partial<Checked & CheckedService> & Pick<Checked, "entry">): Problem[] {
  const declared = manifest ?? service;
  if (!declared) return [];
  const folder = last(entry.folder);
  const named =
    folder === declared.name
      ? []
      : entryProblem(entry, ["name"], JSON.stringify(declared.name), `the folder's name, ${JSON.stringify(folder)}`);
  const built = [
    { build: declared.build, at: ["build"] },
    ...(manifest?.services ?? []).map(({ build }, index) => ({ build, at: ["services", index, "build"] })),
  ];
  return [...named, ...built.flatMap(({ build, at }) => (build ? contextProblems(entry, build, at) : []))];
}

function contextProblems(entry: CatalogEntry, { context, dockerfile }: Build, at: Path): Problem[] {
  if (!entry.exists(context)) {
    return entryProblem(entry, [...at, "context"], JSON.stringify(context), "a folder that exists");
  }
  if (entry.exists(`${context}/${dockerfile}`)) return [];
  const got = JSON.stringify(dockerfile);
  return entryProblem(entry, [...at, "dockerfile"], got, "a file that exists in the build context");
}

/** What manifests and the config say of folders of the host, where they do not agree. */
function lendingProblems(checked: Checked[], servers: CatalogServer[], known: string[], lending: Lending): Problem[] {
  const manifests = servers.map(({ manifest }) => manifest);
  const mounts = checked.flatMap(({ entry, manifest }) => {
    if (!manifest || !manifests.includes(manifest)) return [];
    return notLent(manifest, lending).flatMap(({ mount, got, expected, fix }) =>
      entryProblem(entry, ["mounts", mount, "folder"], got, expected, fix),
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
      entryProblem(entry, ["egress", line], got, expected, fix),
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
  const services = checkedServices(sorted);
  const own = sorted.filter(({ shared }) => !shared);
  const checked = own.map(
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
    .flatMap(({ entry: { folder, file }, manifest }) =>
      manifest ? [{ manifest, folder, file, uses: usedBy(manifest, services) }] : [],
    )
    .filter(({ manifest }) => selected.includes(manifest.name))
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  const declared: Declared[] = [...checked, ...services.map(({ entry, service }) => ({ entry, manifest: service }))];
  const run = usedServices(servers).map(({ service }) => service);
  const asking = [
    ...servers.map(({ manifest }) => ({ name: manifest.name, secrets: configuredSecrets(manifest) })),
    ...run,
  ];
  const allNames = [...known, ...services.map(({ entry, service }) => service?.name ?? last(entry.folder))];
  const problems = [
    ...[...checked, ...services].flatMap((one) => [...one.problems, ...folderProblems(one)]),
    ...sharedClaims(declared.flatMap(nameClaims), "rename one of the two"),
    ...sharedClaims(declared.flatMap(userClaims), "give each server a user of its own"),
    ...usesProblems(checked, services),
    ...unknown,
    ...(secrets ? secretProblems(asking, allNames, { secrets, file }) : []),
    ...(folders ? lendingProblems(checked, servers, known, { folders, file }) : []),
    ...(privateHosts ? grantingProblems(checked, servers, known, { privateHosts, file }) : []),
  ];
  if (problems.length > 0) return { servers: [], services: [], problems };
  const shared = services.flatMap(({ entry: { folder, file }, service }) =>
    service ? [{ service, folder, file }] : [],
  );
  if (!folders) return { servers, services: shared, problems };
  return {
    services: shared,
    servers: servers.map((server) => ({ ...server, manifest: withAccess(server.manifest, folders) })),
    problems,
  };
}
