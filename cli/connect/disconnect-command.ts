import { resolve } from "node:path";
import { Argument, Command } from "commander";
import { AGGREGATE } from "../../api/client-configs";
import { examples, note, show } from "../output";
import { stackName } from "../project";
import { CLIENTS, type ClientName } from "./clients";
import { connections, disconnect } from "./connect";
import { type Done, failed, sentence } from "./done";
import { realFile } from "./files";
import { forgotten } from "./forgotten";
import type { FileRecord } from "./records";

/** `disconnect`: undoes `connect`; the stack does not have to be up. */
export function disconnectCommand(): Command {
  return new Command("disconnect")
    .description(
      "Undoes connect: to the byte where nobody else changed the file since; else takes out only what is ours",
    )
    .addArgument(new Argument("[client]", "which client").choices(CLIENTS))
    .option("--all", "every client")
    .option("--file <path>", "this file alone; by default every file in which the client was connected")
    .option("--dry-run", "shows what would be done", false)
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp disconnect claude-code\nbin/dind-mcp disconnect --all --dry-run"))
    .action(
      (
        client: ClientName | undefined,
        { all, file, dryRun, json }: { all?: boolean; file?: string; dryRun: boolean; json?: boolean },
        command: Command,
      ) => {
        if ((client === undefined) === !all) command.error("error: name a client, or --all");
        const stack = stackName();
        const known = connections(stack, undefined, ({ code }) => {
          process.exitCode ??= code;
        });
        const records = known.filter(
          (record) => (all || record.clients[stack] === client) && (!file || realFile(resolve(file)) === record.file),
        );
        const done = records.map((record) => attempt(record, stack, dryRun));
        show(
          json,
          done,
          (list) => list.map((one) => sentence(one, dryRun)).join("\n") || "not connected: nothing to do",
        );
        for (const one of forgotten(client ? [client] : CLIENTS, file)) {
          note(
            `${one} has an entry ${AGGREGATE} that no record knows (put there by hand, or DIND_MCP_STATE was lost): take it out by hand`,
          );
        }
      },
    );
}

function attempt(record: FileRecord, stack: string, dryRun: boolean): Done {
  try {
    return disconnect(record, stack, dryRun);
  } catch (error) {
    return failed(record.clients[stack] ?? "claude-code", record.file, error);
  }
}
