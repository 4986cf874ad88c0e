import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { HostFolder } from "../../components/engine/host-folders";
import type { Settings } from "../../config/settings";
import { type Problem, ProblemsError } from "../../lib/problems";
import type { CatalogServer } from "../../manifest/catalog";
import { type Identity, lookAt } from "./look";
import { type Refusal, refusedPlace, type Surroundings } from "./places";

type Folders = Settings["folders"];

/** What lookups of folders need to know besides. */
export interface Machine extends Surroundings {
  /** Groups that are as good as root: root's own, the engine's socket's. */
  groups: number[];
}

/**
 * What of this machine nobody gets.
 * @param dataRoot where the host engine keeps its data @default Docker's own default
 */
export function thisMachine({ catalog, hostEngine }: Settings, dataRoot = "/var/lib/docker"): Machine {
  const { DIND_MCP_STATE, DIND_MCP_CACHE, PULUMI_HOME, PULUMI_CONFIG_PASSPHRASE_FILE, PULUMI_BACKEND_URL } =
    process.env;
  const backend = PULUMI_BACKEND_URL?.replace(/^file:\/\/(?=\/)/, "");
  const own = [DIND_MCP_STATE, DIND_MCP_CACHE, PULUMI_HOME, PULUMI_CONFIG_PASSPHRASE_FILE, backend];
  const project = resolve(__dirname, "../..");
  return {
    homes: homes(readFileSync("/etc/passwd", "utf8")),
    own: own.flatMap((place) => (place?.startsWith("/") ? [place] : [])),
    project: [project, ...catalog.map((folder) => resolve(project, folder))],
    dataRoot,
    groups: [0, statSync(hostEngine.replace(/^unix:\/\//, ""), { throwIfNoEntry: false })?.gid ?? 0],
  };
}

/** Homes of root and of people; those of services are folders of the system. */
function homes(passwd: string): string[] {
  const people = passwd.split("\n").flatMap((line) => {
    const [, , uid, , , home] = line.split(":");
    const isPerson = uid === "0" || (Number(uid) >= 1_000 && Number(uid) < 65_000);
    return isPerson && home?.startsWith("/") && home !== "/" ? [home] : [];
  });
  return [...new Set([homedir(), ...people])];
}

/**
 * The folders that the config lends, with the servers that get them; those that no running server gets are left out.
 * @param file where the config stands
 * @throws ProblemsError with every folder that cannot be lent
 */
export function hostFolders(folders: Folders, servers: CatalogServer[], machine: Machine, file: string): HostFolder[] {
  const problems: Problem[] = [];
  const found = Object.entries(folders).flatMap(([name, { path, access, servers: names, wholeHome }]): HostFolder[] => {
    const writable = access === "read-write";
    const seen =
      refusedPlace(path, { wholeHome, writable }, machine) ?? lookAt(path, { writable, wholeHome }, machine.groups);
    if (isRefusal(seen)) problems.push({ file, path: `folders.${name}.path`, ...seen });
    const getting = servers.flatMap(({ manifest }) =>
      names.includes(manifest.name) ? [{ name: manifest.name, user: manifest.user }] : [],
    );
    return isRefusal(seen) || getting.length === 0
      ? []
      : [{ name, path, readOnly: !writable, ...seen, servers: getting }];
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return found;
}

function isRefusal(seen: Identity | Refusal): seen is Refusal {
  return "got" in seen;
}
