import { resolve } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { dockerAt } from "../../lib/docker-client";
import { stackApi } from "../api/open";
import { type Identities, unseal } from "../backup/format/envelope";
import type { BackupManifest, Hashes } from "../backup/format/manifest";
import { unpack } from "../backup/format/unpack";
import { Meter } from "../backup/meter";
import { existingEngine } from "../engine/host";
import { start } from "../engine/start";
import { stop } from "../engine/stop";
import { CliError, ExitCode } from "../errors";
import { note, progress } from "../output";
import { projectFolder, stackName } from "../project";
import { deploy, type UpResult } from "../stack/deploy";
import { settingsIn, stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { look } from "./look";
import { begin, end, isUnderWay } from "./marker";
import { putFolder, putState } from "./put";
import { putDatabase } from "./put-database";
import { putVolume } from "./put-volume";
import { type Found, refusals } from "./refusals";
import { isSmall, type Target, targetOf } from "./target";

export interface RestoreOptions {
  keys: Identities;
  /** Put the backup in the place of what is there. */
  force: boolean;
}

/** What a restore ended with. */
export interface Restored extends Pick<UpResult, "endpoints" | "servers" | "failed"> {
  stack: string;
  manifest: BackupManifest;
  /** Extra servers that could not be deployed again, and why. */
  undeployed: { name: string; reason: string }[];
  seconds: number;
}

/** Seconds that the engine may take to be up with its data. */
const START_SECONDS = 300;

/**
 * Makes the stack out of a backup: all that `up` makes, then the data.
 * @throws CliError before anything is touched, when the backup is not whole, the key does not fit, or something is there
 */
export async function restore(path: string, { keys, force }: RestoreOptions): Promise<Restored> {
  const began = Date.now();
  const file = resolve(path);
  const { manifest, hashes, target } = await readTarget(file, keys);
  const settings = settingsIn(target.config, `Pulumi.${stackName()}.yaml`);
  const found = await look(dockerAt(settings.hostEngine), target, settings);
  const again = isUnderWay(hashes);
  mayRestore(again ? { ...found, stack: false } : found, force || again);
  begin(hashes);
  // What an interrupted one has made since it put the state there is in the state.
  if (!(again && found.stack)) await putState(target, found.passphrase === "replaces");
  const up = await putData(file, keys, manifest, force);
  const undeployed = await deployExtra(target);
  end();
  const { endpoints, servers, failed } = up;
  const seconds = Math.round((Date.now() - began) / 1_000);
  return { stack: stackName(), manifest, endpoints, servers, failed, undeployed, seconds };
}

/** Reads the whole backup, for nothing is touched by one that is broken. */
async function readTarget(
  file: string,
  keys: Identities,
): Promise<{ manifest: BackupManifest; hashes: Hashes; target: Target }> {
  const meter = new Meter("restore: checking");
  const small = new Map<string, string>();
  const { manifest, hashes } = await unpack(unseal(file, keys), async (name, content) => {
    const counted = meter.count(content, name);
    if (isSmall(name)) small.set(name, await textOf(counted));
    else for await (const _ of counted);
  });
  return { manifest, hashes, target: targetOf(manifest, hashes, small) };
}

function mayRestore(found: Found, force: boolean): void {
  const problems = refusals(found, force);
  if (problems.length === 0) return;
  throw new CliError(`nothing was touched:\n${problems.map((text) => `  - ${text}`).join("\n")}`, ExitCode.Usage);
}

/** The catalog, then `up`, then what is in the database and on volumes: in the order of the backup, which is read once. */
async function putData(file: string, keys: Identities, manifest: BackupManifest, force: boolean): Promise<UpResult> {
  const meter = new Meter("restore:");
  const docker = dockerAt((await stackSettings()).hostEngine);
  const engine = new Up();
  await unpack(unseal(file, keys), async (name, content) => {
    if (isSmall(name)) return;
    const counted = meter.count(content, name);
    const catalog = manifest.catalogs.find(({ part }) => part === name);
    if (catalog) return await putFolder(resolve(projectFolder(), catalog.path), counted, force);
    const { outputs } = await engine.running();
    const { containerName } = outputs.engine;
    if (name.startsWith("database/")) return await putDatabase(docker, containerName, name, counted);
    await engine.stopped();
    const { Image: image } = await existingEngine(docker, containerName);
    await putVolume(docker, image, outputs.volumes, name, counted);
  });
  const { result } = await engine.running();
  note("starting the engine with its data");
  await progress("waiting for the engine", start(START_SECONDS));
  return result;
}

/** The engine: up when it is first needed, stopped once its volumes are to be filled. */
class Up {
  #up: Promise<{ result: UpResult; outputs: Awaited<ReturnType<typeof stackOutputs>> }> | undefined;
  #stopped: Promise<unknown> | undefined;

  running() {
    // All but the result goes to standard error.
    this.#up ??= deploy([], { json: true }).then(async (result) => ({ result, outputs: await stackOutputs() }));
    return this.#up;
  }

  stopped(): Promise<unknown> {
    this.#stopped ??= progress("stopping the engine, to fill its volumes", stop());
    return this.#stopped;
  }
}

/** Deploys the extra servers again: into storage that is theirs already. */
async function deployExtra({ servers }: Target): Promise<Restored["undeployed"]> {
  const undeployed: Restored["undeployed"] = [];
  if (Object.keys(servers).length === 0) return undeployed;
  const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  const api = stackApi(Scope.Admin, outputs, settings);
  for (const [name, envelope] of Object.entries(servers)) {
    await progress(`deploying ${name}`, api.post(paths.servers, envelope)).catch((error: Error) =>
      undeployed.push({ name, reason: error.message }),
    );
  }
  return undeployed;
}
