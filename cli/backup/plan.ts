import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type Docker from "dockerode";
import type { VolumeKey } from "../../components/persistent-volumes";
import type { Settings } from "../../config/settings";
import { storageOfFolder } from "../../manifest/container/storage-folders";
import { version } from "../../package.json";
import type { Outputs } from "../../stack/outputs";
import { existingEngine } from "../engine/host";
import { CliError, ExitCode } from "../errors";
import { projectFolder, stackName } from "../project";
import { exportState } from "../stack/state";
import { type BackupManifest, FORMAT_VERSION } from "./format/manifest";
import type { Part } from "./format/pack";
import { extraServers } from "./source/extra-servers";
import { folderCopy } from "./source/folder-copy";
import { heldStill } from "./source/held-still";
import { runIn } from "./source/run-in";
import { readPassphrase, readStateFiles } from "./source/state-files";
import { namesOn, volumeCopy } from "./source/volume-copy";
import { writersIn, writersTo } from "./source/writers";

/** What is to be backed up, and how. */
export interface BackupPlan {
  manifest: BackupManifest;
  parts: Part[];
}

export interface PlanOptions {
  docker: Docker;
  settings: Settings;
  outputs: Outputs;
  /** The engine is stopped while its volumes are read. */
  offline: boolean;
  /** With the passphrase of the stack's secrets. */
  passphrase: boolean;
}

const WORKSPACE = "/srv/mcp/workspace";
/** Storage is seen at two places in the engine. */
const STORAGE = ["/srv/mcp/storage", "/srv/mcp/storage-exec"];

/** Looks at all that makes the stack itself. The engine has to run. Nothing large is read yet. */
export async function planBackup(options: PlanOptions): Promise<BackupPlan> {
  const { settings, outputs, offline, passphrase } = options;
  const state = await exportState();
  if (!state) throw new CliError(`there is no stack ${stackName()}`, ExitCode.NotFound);
  const extra = await extraServers(outputs);
  const catalogs = settings.catalog.map((path, index) => ({ path, part: `catalog/${index}.tar` }));
  const database = settings.databaseDsn !== "" || !(await hasDatabase(options)) ? "none" : offline ? "files" : "dump";
  const parts: Part[] = [
    ...small([
      ["state.json", Buffer.from(JSON.stringify(state))],
      ...readStateFiles(),
      ...(passphrase ? [["passphrase", Buffer.from(readPassphrase())] as const] : []),
      ["servers.json", Buffer.from(JSON.stringify(extra))],
    ]),
    ...catalogs.map(({ path, part }) => ({ name: part, open: () => folderCopy(resolve(projectFolder(), path)) })),
    ...(database === "dump" ? dumps(options) : []),
    ...(await volumes(options, database === "files")),
  ];
  const manifest: BackupManifest = {
    format: "dind-mcp-backup",
    version: FORMAT_VERSION,
    project: version,
    stack: stackName(),
    time: new Date().toISOString(),
    host: hostname(),
    offline,
    passphrase,
    catalogs,
    database,
    servers: Object.keys(extra),
    parts: parts.map(({ name }) => name),
  };
  return { manifest, parts };
}

function small(files: (readonly [name: string, content: Buffer])[]): Part[] {
  return files.map(([name, content]) => ({
    name,
    async *open() {
      yield content;
    },
  }));
}

async function hasDatabase({ docker, outputs: { engine } }: PlanOptions): Promise<boolean> {
  const list = ["docker", "ps", "-a", "--filter", "name=^mcp-database$", "--format", "{{.State}}"];
  const chunks: Buffer[] = [];
  for await (const chunk of runIn(docker, engine.containerName, list, "the database")) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8").trim() !== "";
}

/** The database as of one moment, and the roles beside it; compressed later, with all else. */
function dumps({ docker, outputs: { engine } }: PlanOptions): Part[] {
  const ask = (name: string, ...command: string[]): Part => {
    const inner = ["docker", "exec", "mcp-database", ...command, "-h", "/tmp", "-U", "postgres"];
    return { name, open: () => runIn(docker, engine.containerName, inner, "the database's dump") };
  };
  return [
    ask("database/roles.sql", "pg_dumpall", "--roles-only"),
    ask("database/mcp.dump", "pg_dump", "--format=custom", "--compress=0", "--dbname=mcp"),
  ];
}

/** The volumes with data of people's: what servers share, what the management layer keeps, and each server's storage. */
async function volumes({ docker, outputs, offline }: PlanOptions, database: boolean): Promise<Part[]> {
  const { containerName, imageId } = outputs.engine;
  const { Image: image = imageId } = await existingEngine(docker, containerName);
  const writers = offline ? [] : await writersIn(outputs);
  const copy = (name: string, volume: string, folders: string[], paths = ["."], exclude: string[] = []): Part => ({
    name,
    open: () =>
      heldStill(docker, containerName, writersTo(writers, folders), () =>
        volumeCopy(docker, { image, volume, paths, exclude }),
      ),
  });
  const named = (key: VolumeKey): string => {
    const name = outputs.volumes[key];
    if (!name) throw new CliError(`the stack has no volume for ${key}`, ExitCode.NotFound, "bin/dind-mcp up");
    return name;
  };
  const orchestrator = named("orchestrator");
  const stored = await storageFolders(docker, image, orchestrator);
  return [
    copy("volumes/workspace.tar", named("workspace"), [WORKSPACE]),
    copy("volumes/orchestrator.tar", orchestrator, [], ["."], ["./storage"]),
    ...[...stored].map(([server, folders]) => {
      const seen = folders.flatMap((folder) => STORAGE.map((root) => join(root, folder)));
      return copy(
        `storage/${server}.tar`,
        orchestrator,
        seen,
        folders.map((folder) => `storage/${folder}`),
      );
    }),
    ...(database ? [copy("volumes/postgres.tar", named("postgres"), [])] : []),
  ];
}

/** Folders of storage (`pulumi/memory.data`) by owner and server (`pulumi/memory`). */
async function storageFolders(docker: Docker, image: string, volume: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const owner of ["pulumi", "api"]) {
    for (const name of await namesOn(docker, { image, volume }, `storage/${owner}`)) {
      const server = `${owner}/${storageOfFolder(name)?.server ?? name}`;
      found.set(server, [...(found.get(server) ?? []), `${owner}/${name}`]);
    }
  }
  return found;
}
