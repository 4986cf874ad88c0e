import { createWriteStream, existsSync, rmSync } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { dockerAt } from "../../lib/docker-client";
import type { Outputs } from "../../stack/outputs";
import { existingEngine } from "../engine/host";
import { start } from "../engine/start";
import { stop } from "../engine/stop";
import { CliError, ExitCode } from "../errors";
import { note } from "../output";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { type Identities, type Recipients, seal, unseal } from "./format/envelope";
import type { BackupManifest, Hashes } from "./format/manifest";
import { pack } from "./format/pack";
import { unpack } from "./format/unpack";
import { noteLastBackup } from "./last-backup";
import { Meter } from "./meter";
import { type BackupPlan, planBackup } from "./plan";

export interface BackupOptions {
  keys: Recipients;
  /** Replace a file of that name. */
  force: boolean;
  /** Stop the engine while its volumes are read. */
  offline: boolean;
  /** With the passphrase of the stack's secrets. */
  passphrase: boolean;
}

/** A backup that was written, and read back. */
export interface WrittenBackup {
  file: string;
  /** Bytes of the file. */
  size: number;
  manifest: BackupManifest;
  hashes: Hashes;
  seconds: number;
}

/** Seconds that a stopped engine may take to be up again. */
const START_SECONDS = 300;

/**
 * Writes a backup of the stack and reads it back. The file has its name once it is whole.
 * @throws CliError when it cannot be written; then there is no file
 */
export async function backup(
  path: string,
  { keys, force, offline, passphrase }: BackupOptions,
): Promise<WrittenBackup> {
  const began = Date.now();
  const file = resolve(path);
  mayWrite(file, force);
  const [settings, outputs] = await Promise.all([stackSettings(), stackOutputs()]);
  const docker = dockerAt(settings.hostEngine);
  const { State, Image: image } = await existingEngine(docker, settings.engineName);
  if (!State.Running || State.Paused) {
    const fix = "bin/dind-mcp engine start; with --offline it is stopped for the copy";
    throw new CliError(`the engine is ${State.Status}, expected it to run`, ExitCode.Unreachable, fix);
  }
  const plan = await planBackup({ docker, settings, outputs, offline, passphrase });
  const draft = `${file}.partial`;
  const forget = removedOnSignal(draft, offline);
  try {
    const hashes = await (offline ? whileStopped(() => write(draft, plan, keys)) : write(draft, plan, keys));
    await rename(draft, file);
    await flush(dirname(file));
    const { size } = await stat(file);
    await noteIt(docker, image, outputs, plan.manifest.time);
    return { file, size, manifest: plan.manifest, hashes, seconds: Math.round((Date.now() - began) / 1_000) };
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    forget();
  }
}

/** Tells the stack of its backup. That can fail, and the backup is as good. */
async function noteIt(docker: Docker, image: string, { volumes }: Outputs, time: string): Promise<void> {
  const volume = volumes.orchestrator ?? "";
  await noteLastBackup(docker, { image, volume }, time).catch((error: Error) =>
    note(`the backup is whole; that there is one could not be noted for \`status\` and the metrics: ${error.message}`),
  );
}

function mayWrite(file: string, force: boolean): void {
  if (!existsSync(dirname(file))) throw new CliError(`${dirname(file)}: no such folder`, ExitCode.Usage);
  if (existsSync(file) && !force)
    throw new CliError(`${file} is there already`, ExitCode.Usage, "another name, or --force");
}

/** Writes the file, waits for the disk, and reads it back. */
async function write(draft: string, { manifest, parts }: BackupPlan, keys: Recipients): Promise<Hashes> {
  const own = await withOwnKey(keys);
  const meter = new Meter("backup:");
  const counted = parts.map(({ name, open }) => ({ name, open: () => meter.count(open(), name) }));
  rmSync(draft, { force: true });
  await pipeline(
    await seal(pack(manifest, counted), own.recipients),
    createWriteStream(draft, { flags: "wx", mode: 0o600 }),
  );
  await flush(draft);
  return (await verify(draft, own.identities)).hashes;
}

/** Reads a backup to its end. @throws CliError when it is not whole, or the keys do not open it */
export async function verify(file: string, keys: Identities): Promise<{ manifest: BackupManifest; hashes: Hashes }> {
  const meter = new Meter("verify:");
  return await unpack(unseal(file, keys), async (name, content) => {
    for await (const _ of meter.count(content, name));
  });
}

/** A backup for others' keys gets one more reader, whose key is forgotten once it has been read back. */
async function withOwnKey(keys: Recipients): Promise<{ recipients: Recipients; identities: Identities }> {
  if (keys.passphrase !== undefined) return { recipients: keys, identities: { ...keys, identities: [] } };
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipients = [...keys.recipients, await identityToRecipient(identity)];
  return { recipients: { recipients }, identities: { identities: [identity] } };
}

/** Does something while the engine is stopped. */
async function whileStopped<T>(work: () => Promise<T>): Promise<T> {
  note("stopping the engine; it is started again when its volumes have been read");
  await stop();
  try {
    return await work();
  } finally {
    await start(START_SECONDS);
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}

/** A signal removes the draft. Servers that stand still go on by themselves. @returns undoes it */
function removedOnSignal(draft: string, offline: boolean): () => void {
  const end = (): never => {
    rmSync(draft, { force: true });
    note(`interrupted; there is no backup${offline ? ". The engine is stopped: bin/dind-mcp engine start" : ""}`);
    process.exit(130);
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  return () => void process.off("SIGINT", end).off("SIGTERM", end);
}
