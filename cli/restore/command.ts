import { Command } from "commander";
import { type KeyOptions, readingKeys, withReadingKeys } from "../backup/keys";
import { ExitCode } from "../errors";
import { examples, note, show } from "../output";
import { endpointsText } from "../stack/endpoints-text";
import { type Restored, restore } from "./restore";

/** `restore`: a stack out of a backup. */
export function restoreCommand(): Command {
  return withReadingKeys(new Command("restore"))
    .description("Makes the stack out of a backup: same endpoints, tokens, certificates and data")
    .argument("<file>")
    .option("--force", "put the backup in the place of files and volumes that are there", false)
    .option("--json", "as JSON; all else goes to standard error")
    .addHelpText(
      "after",
      `
The whole backup is read first; nothing is touched when it is broken, or something is in the way. One that was
interrupted can be run again. --stack NAME restores into another stack, whose file Pulumi.NAME.yaml in the project
says other names, ports and a subnet.
${examples("bin/dind-mcp restore fleet.backup\nbin/dind-mcp restore fleet.backup --stack rehearsal")}`,
    )
    .action(async (file: string, { force, json, ...keys }: KeyOptions & { force: boolean; json?: boolean }) => {
      const restored = await restore(file, { keys: await readingKeys(keys), force });
      show(json, restored, text);
      const { failed, undeployed } = restored;
      if (failed.length + undeployed.length > 0) process.exitCode = ExitCode.Different;
      for (const { name, reason } of [...failed, ...undeployed]) note(`${name}: ${reason}`);
    });
}

function text({ manifest, seconds, stack, endpoints, servers }: Restored): string {
  return `\n${endpointsText({ endpoints, servers })}\n\n${stack}: restored as of ${manifest.time} (stack ${manifest.stack} on ${manifest.host}) in ${seconds} s`;
}
