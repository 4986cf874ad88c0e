import type { Command } from "commander";
import { CliError, ExitCode } from "../errors";
import { readValue, typedValue } from "../secrets/value";
import { readInput } from "../servers/input";
import type { Identities, Recipients } from "./format/envelope";

export interface KeyOptions {
  passphraseFile?: string;
  recipient?: string[];
  identity?: string[];
}

const RECIPIENT = /^age1[0-9a-z]+$/;
const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/;

const collect = (one: string, all: string[] = []): string[] => [...all, one];

/** Options of a command that reads backups. */
export function withReadingKeys(command: Command): Command {
  return command
    .option("--passphrase-file <file>", "the passphrase it was encrypted with; without it you are asked")
    .option("--identity <file>", "an age key of one of its recipients; can be given more than once", collect);
}

/** Options of a command that writes them. */
export function withWritingKeys(command: Command): Command {
  return command
    .option("--passphrase-file <file>", "the passphrase to encrypt it with; without it you are asked")
    .option("--recipient <key>", "encrypt it to this age key (age1...) instead; can be given more than once", collect);
}

/** Who is to read the backup. @throws CliError */
export async function writingKeys({ passphraseFile, recipient = [] }: KeyOptions): Promise<Recipients> {
  if (recipient.length > 0 && passphraseFile !== undefined)
    throw new CliError("got --recipient and --passphrase-file, expected one of them", ExitCode.Usage);
  const wrong = recipient.filter((key) => !RECIPIENT.test(key));
  // What was given in its place may be the private key.
  if (wrong.length > 0)
    throw new CliError(
      "--recipient: got no public key, expected one like age1...",
      ExitCode.Usage,
      "`age-keygen -y FILE` prints it",
    );
  if (recipient.length > 0) return { recipients: recipient };
  const passphrase = await passphraseOf(passphraseFile, "the passphrase of the backup; it is not shown:");
  if (passphraseFile === undefined && process.stdin.isTTY && (await typedValue("once more:")) !== passphrase)
    throw new CliError("the passphrase: got another one the second time; nothing was done", ExitCode.Usage);
  return { passphrase, recipients: [] };
}

/** What a backup is read with. @throws CliError */
export async function readingKeys({ passphraseFile, identity = [] }: KeyOptions): Promise<Identities> {
  const identities = identity.flatMap(identitiesIn);
  if (identities.length > 0 && passphraseFile === undefined) return { identities };
  return {
    passphrase: await passphraseOf(passphraseFile, "the passphrase of the backup; it is not shown:"),
    identities,
  };
}

async function passphraseOf(file: string | undefined, prompt: string): Promise<string> {
  if (file === undefined && !process.stdin.isTTY) {
    const fix = "give --passphrase-file FILE, or keys: --recipient (to write), --identity FILE (to read)";
    throw new CliError("the passphrase: got no terminal to ask at, expected a file", ExitCode.Usage, fix);
  }
  return await readValue(prompt, file);
}

/** The keys in a file as `age-keygen` writes it. */
function identitiesIn(file: string): string[] {
  const lines = readInput(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length > 0 && lines.every((line) => IDENTITY.test(line))) return lines;
  throw new CliError(
    `${file}: expected keys like AGE-SECRET-KEY-1..., a line each`,
    ExitCode.Usage,
    "age-keygen makes one",
  );
}
