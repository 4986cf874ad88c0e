import { basename, dirname, resolve } from "node:path";
import { Command } from "commander";
import { type Problem, ProblemsError } from "../../lib/problems";
import { catalogEntries, isFolder, loadCatalog, MANIFEST } from "../../manifest/load-catalog";
import { ExitCode } from "../errors";
import { examples, show } from "../output";
import { projectFolder, stackName } from "../project";
import { stackSettings } from "../stack/settings";

/** What `servers validate` found. */
interface Checked {
  ok: boolean;
  /** Names of the servers whose manifests are right. */
  servers: string[];
  problems: Problem[];
}

/** `servers validate`: manifests alone; nothing has to run. */
export function validateManifestsCommand(): Command {
  return new Command("validate")
    .description("Checks the manifests of the catalog, all problems at once; touches nothing")
    .argument("[folders...]", "a server's folder, or folders with one folder a server; the catalog unless told")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nExit code 2 when something is wrong, or there is nothing to check.\n${examples("bin/dind-mcp servers validate\nbin/dind-mcp servers validate mcp/files\nbin/dind-mcp servers validate mcp more-servers --json")}`,
    )
    .action(async (folders: string[], { json }: { json?: boolean }) => {
      const checked = folders.length > 0 ? checkNamed(folders) : checkCatalog((await stackSettings()).catalog);
      if (!json && !checked.ok) throw new ProblemsError(checked.problems);
      show(json, checked, ({ servers }) =>
        servers.length === 1
          ? `1 manifest is right: ${servers[0]}`
          : `${servers.length} manifests are right: ${servers.join(", ")}`,
      );
      if (!checked.ok) process.exitCode = ExitCode.Usage;
    });
}

/** Checks the manifests of folders that somebody named: each of them has to hold some. */
export function checkNamed(paths: string[]): Checked {
  // A manifest's own path is meant for its folder.
  const folders = paths.map((path) => resolve(basename(path) === MANIFEST ? dirname(path) : path));
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
export function checkCatalog(folders: string[]): Checked {
  const got = `no server in ${JSON.stringify(folders)}`;
  const empty = catalogEntries(folders, projectFolder()).length === 0;
  return check(
    folders,
    empty ? [{ file: settingsFile(), path: "catalog", got, expected: "folders with one a server" }] : [],
  );
}

const settingsFile = (): string => `Pulumi.${stackName()}.yaml`;

function check(folders: string[], wrong: Problem[]): Checked {
  try {
    const servers = loadCatalog(folders, { settingsFile: settingsFile() }, projectFolder());
    return wrong.length > 0
      ? { ok: false, servers: [], problems: wrong }
      : { ok: true, servers: servers.map(({ manifest }) => manifest.name), problems: [] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return { ok: false, servers: [], problems: [...wrong, ...error.problems] };
  }
}
