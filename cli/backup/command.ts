import { basename } from "node:path";
import { Command } from "commander";
import { CliError, ExitCode } from "../errors";
import { examples, show, table } from "../output";
import { stackName } from "../project";
import { backup, verify, type WrittenBackup } from "./backup";
import { unseal } from "./format/envelope";
import type { BackupManifest, Hashes } from "./format/manifest";
import { readManifest } from "./format/unpack";
import { type KeyOptions, readingKeys, withReadingKeys, withWritingKeys, writingKeys } from "./keys";
import { sizeText } from "./meter";
import { type Keep, keepOf } from "./retention/keep";
import { destination, nameAt } from "./retention/names";
import { type Pruned, prune, prunedText } from "./retention/prune";
import { scheduleCommand } from "./schedule/command";

interface BackupOptions extends KeyOptions {
  force: boolean;
  offline: boolean;
  /** False with --no-passphrase. */
  passphrase: boolean;
  keep?: Keep;
  json?: boolean;
}

/** `backup`: everything that makes the stack itself, in one encrypted file. */
export function backupCommand(): Command {
  return withWritingKeys(new Command("backup"))
    .description("Writes all that makes the stack itself into one encrypted file, and reads it back")
    .enablePositionalOptions()
    .argument("<file>", "a file; or a folder, in which it gets the stack and the time as its name")
    .option("--no-passphrase", "leave the passphrase of the stack's secrets out: `restore` needs it from you then")
    .option("--offline", "stop the engine meanwhile, instead of pausing one server after the other", false)
    .option("--force", "replace a file of that name", false)
    .option(
      "--keep <7d,4w,6m>",
      "in a folder: afterwards remove all but one each of so many days, weeks, months",
      keepOf,
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
State, config, catalog, extra servers with their secrets, the database's dump, and all volumes with data. Images are
built again. A server with storage stands still while its own storage is read.
${examples("bin/dind-mcp backup fleet.backup\nbin/dind-mcp backup fleet.backup --recipient age1...\nbin/dind-mcp backup /srv/backups/ --keep 7d,4w,6m")}`,
    )
    .action(async (path: string, options: BackupOptions) => {
      const { force, offline, passphrase, keep, json } = options;
      const { file, folder } = destination(path, () => nameAt(stackName(), new Date()));
      if (keep && folder === undefined) {
        const fix = `a folder that is not there yet: mkdir it before; backup ${path}/ --keep ...`;
        throw new CliError(`--keep: got the file ${path}, expected a folder`, ExitCode.Usage, fix);
      }
      const keys = await writingKeys(options);
      const written = await backup(file, { keys, force, offline, passphrase });
      const pruned = keep && folder ? prune(folder, stackName(), keep, basename(file)) : undefined;
      show(json, { ...written, ...pruned }, () => backupText(written, pruned));
      if (pruned && pruned.failed.length > 0) process.exitCode = ExitCode.Failed;
    })
    .addCommand(verifyCommand())
    .addCommand(showCommand())
    .addCommand(scheduleCommand());
}

function verifyCommand(): Command {
  return withReadingKeys(new Command("verify"))
    .description("Reads a backup to its end, and compares every part with its hash; changes nothing")
    .argument("<file>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp backup verify fleet.backup --identity key.txt"))
    .action(async (file: string, { json, ...options }: KeyOptions & { json?: boolean }) => {
      const found = await verify(file, await readingKeys(options));
      show(
        json,
        { file, ...found },
        ({ manifest, hashes }) => `${factsText(manifest)}\n\n${partsText(hashes)}\n\nwhole`,
      );
    });
}

function showCommand(): Command {
  return withReadingKeys(new Command("show"))
    .description("What a backup says it is and holds, from its beginning alone")
    .argument("<file>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp backup show fleet.backup"))
    .action(async (file: string, { json, ...options }: KeyOptions & { json?: boolean }) => {
      const manifest = await readManifest(unseal(file, await readingKeys(options)));
      show(json, { file, manifest }, () => `${factsText(manifest)}\n\n${manifest.parts.join("\n")}`);
    });
}

function backupText(written: WrittenBackup, pruned: Pruned | undefined): string {
  return pruned ? `${writtenText(written)}\n\n${prunedText(pruned)}` : writtenText(written);
}

function writtenText({ file, size, manifest, hashes, seconds }: WrittenBackup): string {
  return `${partsText(hashes)}\n\n${file}: ${sizeText(size)}, stack ${manifest.stack}, written and read back in ${seconds} s`;
}

function factsText({ stack, time, host, project, offline, passphrase, database, servers }: BackupManifest): string {
  const facts = [
    ["stack", stack],
    ["written", `${time} on ${host}, by version ${project}${offline ? ", with the engine stopped" : ""}`],
    ["passphrase", passphrase ? "inside" : "not inside"],
    ["database", database],
    ["extra servers", servers.join(", ") || "none"],
  ];
  return facts.map(([title = "", text]) => `${title.padEnd(13)}  ${text}`).join("\n");
}

function partsText(hashes: Hashes): string {
  const rows = Object.entries(hashes).map(([name, { bytes, sha256 }]) => [name, sizeText(bytes), sha256.slice(0, 12)]);
  return table(["PART", "SIZE", "SHA-256"], rows);
}
