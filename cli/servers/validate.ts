import { basename, dirname, resolve } from "node:path";
import { Command } from "commander";
import type { Settings } from "../../config/settings";
import { type Problem, ProblemsError } from "../../lib/problems";
import { parseBytes } from "../../lib/sizes";
import { catalogEntries, isFolder, loadCatalog, MANIFEST, SERVICE } from "../../manifest/load-catalog";
import type { Resources } from "../../manifest/types";
import { ExitCode } from "../errors";
import { examples, show } from "../output";
import { projectFolder, stackName } from "../project";
import { settingsOrDefaults } from "../stack/settings";

/** What `servers validate` found. */
interface Checked {
  ok: boolean;
  /** Names of the servers whose manifests are right. */
  servers: string[];
  /** Names of the shared services, which are right too. */
  services: string[];
  /** Processors and bytes of memory that they may use, all together. */
  limits: { cpus: number; memory: number };
  problems: Problem[];
}

const NOTHING = { cpus: 0, memory: 0 };

/** `servers validate`: manifests alone; nothing has to run. */
export function validateManifestsCommand(): Command {
  return new Command("validate")
    .description("Checks the manifests of the catalog, all problems at once; touches nothing")
    .argument("[folders...]", "a server's folder, or folders with one folder a server; by default the catalog")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nExit code 2 when something is wrong, or there is nothing to check.\n${examples("bin/dind-mcp servers validate\nbin/dind-mcp servers validate mcp/files\nbin/dind-mcp servers validate mcp more-servers --json")}`,
    )
    .action(async (folders: string[], { json }: { json?: boolean }) => {
      const checked = folders.length > 0 ? checkNamed(folders) : checkCatalog(await settingsOrDefaults());
      if (!json && !checked.ok) throw new ProblemsError(checked.problems);
      show(json, checked, summary);
      if (!checked.ok) process.exitCode = ExitCode.Usage;
    });
}

/** What is right, and how much of a machine it may take: limits are not set aside, but may all be used at once. */
export function summary({ servers, services, limits: { cpus, memory } }: Checked): string {
  const all = [...servers, ...services.map((name) => `${name} (shared service)`)];
  if (all.length === 1) return `1 manifest is right: ${all[0]}`;
  const most = `${Number(cpus.toFixed(2))} processors and ${Number((memory / 2 ** 30).toFixed(1))} GB of memory`;
  return `${all.length} manifests are right: ${all.join(", ")}\nTheir limits together: ${most}`;
}

/** Checks the manifests of folders that somebody named: each of them has to hold some. */
export function checkNamed(paths: string[]): Checked {
  // A manifest's own path is meant for its folder.
  const folders = paths.map((path) => resolve([MANIFEST, SERVICE].includes(basename(path)) ? dirname(path) : path));
  const wrong = folders.flatMap((folder): Problem[] => {
    const got = isFolder(folder) ? `no ${MANIFEST} in it or in a folder below` : "no such folder";
    const empty = catalogEntries([folder], folder).length === 0;
    return empty
      ? [{ file: folder, path: "(the folder)", got, expected: "a server's folder, or folders of servers" }]
      : [];
  });
  return check(folders.filter(isFolder), wrong);
}

/** Checks the manifests of the stack's catalog, of which a part may be empty. */
export function checkCatalog({
  catalog: folders,
  folders: lent,
  privateHosts,
}: Pick<Settings, "catalog" | "folders" | "privateHosts">): Checked {
  const got = `no server in ${JSON.stringify(folders)}`;
  const empty = catalogEntries(folders, projectFolder()).length === 0;
  return check(
    folders,
    empty ? [{ file: settingsFile(), path: "catalog", got, expected: "folders with one a server" }] : [],
    { folders: lent, privateHosts },
  );
}

const settingsFile = (): string => `Pulumi.${stackName()}.yaml`;

/** @param config what the config lends and opens @default it is not checked */
function check(
  folders: string[],
  wrong: Problem[],
  config: Partial<Pick<Settings, "folders" | "privateHosts">> = {},
): Checked {
  try {
    const servers = loadCatalog(folders, { ...config, settingsFile: settingsFile() }, projectFolder());
    if (wrong.length > 0) return { ok: false, servers: [], services: [], limits: NOTHING, problems: wrong };
    const sum = (of: (resources: Resources) => number): number =>
      servers.reduce((total, { manifest }) => total + of(manifest.resources), 0);
    const limits = { cpus: sum(({ cpus }) => cpus), memory: sum(({ memory }) => parseBytes(memory) ?? 0) };
    const entries = catalogEntries(folders, projectFolder()).filter(({ shared }) => shared);
    const services = entries.map(({ folder }) => basename(folder));
    return { ok: true, servers: servers.map(({ manifest }) => manifest.name), services, limits, problems: [] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return { ok: false, servers: [], services: [], limits: NOTHING, problems: [...wrong, ...error.problems] };
  }
}
