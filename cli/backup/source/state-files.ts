import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import { projectFolder, stackName } from "../../project";

/** Parts of a backup that are files of this machine, by the part's name. */
export interface StateFiles {
  /** The tracked config of the stack. */
  "config/tracked.yaml": string;
  /** This machine's copy of it, with its values and the salt of their encryption. */
  "config/copy.yaml": string;
  /** What the copy was made of. */
  "config/base.yaml": string;
}

/** Where these files are. */
export function stateFiles(stack = stackName()): StateFiles {
  const copy = join(process.env.DIND_MCP_STATE ?? "", "stacks", `Pulumi.${stack}.yaml`);
  return {
    "config/tracked.yaml": join(projectFolder(), `Pulumi.${stack}.yaml`),
    "config/copy.yaml": copy,
    "config/base.yaml": `${copy}.base`,
  };
}

/** Those that are there, with their contents. */
export function readStateFiles(): [name: string, content: Buffer][] {
  return Object.entries(stateFiles()).flatMap(([name, file]): [string, Buffer][] =>
    existsSync(file) ? [[name, readFileSync(file)]] : [],
  );
}

/** The passphrase of the stack's secrets. @throws CliError when there is none */
export function readPassphrase(
  { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env,
): string {
  if (given) return given;
  if (file && existsSync(file)) return readFileSync(file, "utf8");
  const fix = "put it back, or leave it out of the backup: --no-passphrase";
  throw new CliError(`the passphrase: got no file ${file ?? ""}, expected one`, ExitCode.Failed, fix);
}
