import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { CliError, ExitCode } from "../../errors";
import { examples, show } from "../../output";
import { unitEnvironment } from "../../service/environment";
import { unitHere } from "../../service/unit-here";
import { stackSettings } from "../../stack/settings";
import { type KeyOptions, withWritingKeys, writingKeys } from "../keys";
import { keepOf } from "../retention/keep";
import { cronLine } from "./cron";
import { backupUnits, installScript, type Schedule } from "./units";

interface ScheduleOptions extends KeyOptions {
  keep?: string;
  at: string;
  cron: boolean;
  json?: boolean;
}

/** `backup schedule`: what makes a backup every day. */
export function scheduleCommand(): Command {
  return withWritingKeys(new Command("schedule"))
    .description("Prints what makes a backup every day: a script for a systemd timer, or a line for cron")
    .argument("<folder>", "where the backups are to be")
    .option("--keep <7d,4w,6m>", "remove all but one each of so many days, weeks, months", keepText)
    .option("--at <time>", "time of the day, of this machine's clock", timeOf, "03:30")
    .option("--cron", "a line for your crontab", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nChanges nothing by itself. Nobody is there to type a passphrase: give --passphrase-file or --recipient.\n${examples(
        "bin/dind-mcp backup schedule /srv/backups --keep 7d,4w,6m --passphrase-file /root/backup.key | sudo sh\nbin/dind-mcp backup schedule /srv/backups --recipient age1... --at 22:00 --cron",
      )}`,
    )
    .action(async (folder: string, options: ScheduleOptions) => {
      const schedule = await scheduleOf(folder, options);
      if (options.cron) {
        show(options.json, { cron: cronLine(schedule) }, ({ cron }) => cron);
        return;
      }
      show(options.json, backupUnits(schedule), installScript);
    });
}

/** Everything it will need is looked at now, for at night nobody reads what is wrong. @throws CliError */
async function scheduleOf(path: string, options: ScheduleOptions): Promise<Schedule> {
  const folder = resolve(path);
  const passphraseFile = options.passphraseFile === undefined ? undefined : resolve(options.passphraseFile);
  const { recipient = [], keep, at, cron } = options;
  const problems = [
    ...(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? [] : [`${folder}: no such folder`]),
    ...[folder, passphraseFile ?? ""].filter((name) => /[\r\n]/.test(name)).map(() => "got a line's end in a path"),
    ...(passphraseFile === undefined && recipient.length === 0
      ? ["got no key, expected --passphrase-file FILE or --recipient KEY"]
      : []),
    ...(cron ? secretsForCron() : []),
  ];
  if (problems.length > 0) throw new CliError(problems.join("; "), ExitCode.Usage);
  await writingKeys({ passphraseFile, recipient });
  await stackSettings();
  return {
    ...unitHere(),
    ...{ folder, at },
    options: [
      ...(keep === undefined ? [] : [["--keep", keep] as const]),
      ...(passphraseFile === undefined ? [] : [["--passphrase-file", passphraseFile] as const]),
      ...recipient.map((key) => ["--recipient", key] as const),
    ],
  };
}

/** Secrets of the environment are for a file that systemd reads, and cron does not. */
function secretsForCron(): string[] {
  const { secret } = unitEnvironment(process.env);
  return secret.length === 0
    ? []
    : [`${secret.join(", ")}: a secret, and everybody may see cron's command; use the timer`];
}

function keepText(text: string): string {
  keepOf(text);
  return text.replaceAll(" ", "");
}

function timeOf(text: string): string {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return text;
  throw new CliError(`--at: got "${text}", expected a time from 00:00 to 23:59`, ExitCode.Usage);
}
