import type { Problem } from "../lib/problems";
import { type CatalogEntry, entryProblem } from "./catalog-entry";
import type { ParsedManifest } from "./manifest";
import type { SharedService } from "./service-types";
import { parseSharedService } from "./shared-service";
import type { Manifest } from "./types";

/** A shared service of the catalog. */
export interface CatalogService {
  service: SharedService;
  /** Absolute path of its folder. */
  folder: string;
  /** How problems name its file. */
  file: string;
}

/** An entry with what it was found to be. */
export interface CheckedService {
  entry: CatalogEntry;
  service?: SharedService;
  problems: Problem[];
}

/** Checks the entries that are shared services. */
export function checkedServices(entries: CatalogEntry[]): CheckedService[] {
  return entries
    .filter(({ shared }) => shared)
    .map((entry) =>
      entry.problems
        ? { entry, problems: entry.problems }
        : { entry, ...parseSharedService(entry.document, entry.file, entry.locate) },
    );
}

/** Those of them that a server uses, in the order of its manifest. */
export function usedBy({ uses }: Pick<Manifest, "uses">, services: CheckedService[]): CatalogService[] {
  return uses.flatMap((name) =>
    services.flatMap(({ entry: { folder, file }, service }) =>
      service?.name === name ? [{ service, folder, file }] : [],
    ),
  );
}

/** Servers that use a service which is not there, or a secret that it has not. */
export function usesProblems(
  checked: (ParsedManifest & { entry: CatalogEntry })[],
  services: CheckedService[],
): Problem[] {
  // One whose file is wrong is there: that is its own problem.
  const there = services.map(({ entry, service }) => service?.name ?? (entry.folder.split("/").at(-1) || ""));
  return checked.flatMap(({ entry, manifest }) => {
    if (!manifest) return [];
    const absent = manifest.uses.flatMap((name, index) => {
      if (there.includes(name)) return [];
      const expected = `a shared service of the catalog: ${there.join(", ") || "it has none"}`;
      return entryProblem(
        entry,
        ["uses", index],
        JSON.stringify(name),
        expected,
        `add the folder ${name} with a service.yaml, or remove this name`,
      );
    });
    const secrets = manifest.secrets.flatMap(({ from = "" }, index) => {
      const [name, secret = ""] = from.split(".");
      const known = services.find(({ service }) => service?.name === name)?.service?.secrets.map((one) => one.name);
      if (!known || known.includes(secret)) return [];
      const expected = `a secret of ${name}: ${known.join(", ") || "it has none"}`;
      const fix = "correct the name, or add it to the service";
      return entryProblem(entry, ["secrets", index, "from"], JSON.stringify(from), expected, fix);
    });
    return [...absent, ...secrets];
  });
}

/** A shared service that runs, and the servers that use it. */
export interface UsedService extends CatalogService {
  users: Manifest[];
}

/** The shared services of servers, each once, by name. One that nobody uses is not among them. */
export function usedServices(servers: { manifest: Manifest; uses: CatalogService[] }[]): UsedService[] {
  const all = new Map<string, UsedService>();
  for (const { manifest, uses } of servers)
    for (const one of uses) {
      const known = all.get(one.service.name) ?? { ...one, users: [] };
      all.set(one.service.name, { ...known, users: [...known.users, manifest] });
    }
  return [...all.values()].sort((a, b) => (a.service.name < b.service.name ? -1 : 1));
}
