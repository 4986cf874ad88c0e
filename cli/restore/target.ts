import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { BackupManifest, Hashes } from "../backup/format/manifest";
import { broken } from "../backup/format/unpack";
import type { ExtraServer } from "../backup/source/extra-servers";
import { stateFiles } from "../backup/source/state-files";
import { projectFolder, stackName } from "../project";
import type { ExportedState } from "../stack/state";
import { keptState } from "./kept-state";
import { parseStackFile, rehearsalConfig, type StackFile } from "./restored-config";

/** What a backup becomes on this machine, volumes and database apart. */
export interface Target {
  state: ExportedState;
  /** Contents by their files. */
  files: Record<string, string>;
  /** The stack's config, as the copy has it. */
  config: StackFile;
  /** Of the config's encryption. */
  salt: string;
  /** Of the stack's secrets; undefined when the backup has none. */
  passphrase?: string;
  servers: Record<string, ExtraServer>;
  /** Of all its parts. */
  bytes: number;
}

/** Small parts of a backup, as text. */
export type SmallParts = ReadonlyMap<string, string>;

/** Parts that are read into memory, because all is looked at before anything is touched. */
export const isSmall = (part: string): boolean =>
  ["state.json", "servers.json", "passphrase"].includes(part) || part.startsWith("config/");

/** @throws CliError for a backup that lacks what a stack is made of */
export function targetOf({ stack }: BackupManifest, hashes: Hashes, parts: SmallParts): Target {
  const text = (part: string): string => {
    const found = parts.get(part);
    if (found === undefined) throw broken(`it has no ${part}`);
    return found;
  };
  const copy = parseStackFile(text("config/copy.yaml"), "config/copy.yaml");
  const { config, files } = stack === stackName() ? sameName(copy, parts) : otherName(copy, parts);
  return {
    state: keptState(JSON.parse(text("state.json")) as ExportedState, stack, stackName()),
    files,
    config,
    salt: typeof copy.encryptionsalt === "string" ? copy.encryptionsalt : "",
    passphrase: parts.get("passphrase"),
    servers: JSON.parse(text("servers.json")) as Record<string, ExtraServer>,
    bytes: Object.values(hashes).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The files as they were. The tracked one only where there is none: it belongs to the project. */
function sameName(copy: StackFile, parts: SmallParts): Pick<Target, "config" | "files"> {
  const all = Object.entries(stateFiles()).flatMap(([part, file]): [string, string][] => {
    const text = parts.get(part);
    return text === undefined || (part === "config/tracked.yaml" && existsSync(file)) ? [] : [[file, text]];
  });
  return { config: copy, files: Object.fromEntries(all) };
}

/** A rehearsal's: what the other stack's own file says counts. */
function otherName(copy: StackFile, parts: SmallParts): Pick<Target, "config" | "files"> {
  const name = `Pulumi.${stackName()}.yaml`;
  const path = join(projectFolder(), name);
  const own = existsSync(path) ? parseStackFile(readFileSync(path, "utf8"), name) : {};
  const made = rehearsalConfig(copy, parseStackFile(parts.get("config/base.yaml") ?? "", "config/base.yaml"), own);
  const files = stateFiles();
  return {
    config: made.copy,
    files: { [files["config/copy.yaml"]]: stringify(made.copy), [files["config/base.yaml"]]: stringify(made.base) },
  };
}
