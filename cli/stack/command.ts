import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { connections } from "../connect/connect";
import { CliError } from "../errors";
import { examples, note, show } from "../output";
import { projectFolder, stackName } from "../project";
import { converge } from "./converge/converge";
import { endpointsText } from "./endpoints-text";
import { Interrupted, runPulumi } from "./pulumi";
import { statusCommand } from "./status/command";
import { validateCommand } from "./validate/command";
import { stackOutputs } from "./workspace";

/** Where Pulumi's own display would only leave noise in a log. */
const QUIET = process.stdout.isTTY ? [] : ["--suppress-progress"];
const WITHOUT_QUESTIONS = ["--yes", "--skip-preview", ...QUIET];

/** A command whose unknown arguments go to pulumi. */
function passing(name: string, description: string, lines: string): Command {
  return new Command(name)
    .description(description)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[pulumi...]", "arguments for pulumi")
    .addHelpText("after", examples(lines));
}

function deployCommand(name: string): Command {
  return passing(
    name,
    "Brings the stack up, from whatever state it is in, without questions; lists its endpoints",
    "bin/dind-mcp up\nbin/dind-mcp up --refresh\nbin/dind-mcp up --stack second",
  )
    .option("--json", "the result as one JSON document; what Pulumi shows goes to standard error")
    .action(async (args: string[], { json }: { json?: boolean }) => {
      const began = Date.now();
      const found = await bringUp(["up", ...WITHOUT_QUESTIONS, "--suppress-outputs", ...args], json);
      const setupSeconds = Number(process.env.DIND_MCP_SETUP_SECONDS ?? 0);
      const upSeconds = secondsSince(began);
      const { endpoints, servers } = await stackOutputs();
      const result = { stack: stackName(), found, endpoints, servers, setupSeconds, upSeconds };
      show(json, result, (up) => `\n${endpointsText(up)}\n`);
      note(`set-up ${setupSeconds} s, up ${upSeconds} s, all together ${setupSeconds + upSeconds} s`);
    });
}

const secondsSince = (began: number): number => Math.round((Date.now() - began) / 1_000);

/** Converges, and runs `up`. @returns what was found */
async function bringUp(args: string[], json = false): Promise<string[]> {
  const up = (): Promise<void> => runPulumi(args, json);
  const { found, inside } = await converge();
  if (inside) {
    await up();
    return found;
  }
  // The engine has to be made first: only then can be seen what a killed run left in it, which may be in the way.
  const failed = await up().then(
    () => undefined,
    (error: Error) => error,
  );
  if (failed instanceof Interrupted) throw failed;
  const again = await converge();
  if (again.found.length > 0) await up();
  else if (failed) throw failed;
  return [...found, ...again.found];
}

function previewCommand(): Command {
  return passing(
    "preview",
    "Shows what `up` would change; changes nothing",
    "bin/dind-mcp preview --diff\nbin/dind-mcp preview --policy-pack policy",
  ).action((args: string[]) => runPulumi(["preview", ...args]));
}

function destroyCommand(): Command {
  return passing(
    "destroy",
    "Removes everything the stack made, without questions; volumes too, unless retainVolumes is set",
    "bin/dind-mcp destroy\nbin/dind-mcp destroy --all      # and then `clean`",
  )
    .option("--all", "then stop what the set-up started on this machine, as `clean` does")
    .option("--json", "the result as one JSON document; what Pulumi shows goes to standard error")
    .action(async (args: string[], { all, json }: { all?: boolean; json?: boolean }) => {
      const began = Date.now();
      const { found } = await converge({ toDestroy: true });
      await runPulumi(["destroy", ...WITHOUT_QUESTIONS, ...args], json);
      const seconds = secondsSince(began);
      if (json) show(json, { stack: stackName(), found, seconds }, String);
      note(`destroy ${seconds} s`);
      const files = connections(stackName()).map(({ file }) => file);
      if (files.length > 0)
        note(`clients are still connected: ${files.join(", ")}; bin/dind-mcp disconnect --all undoes it`);
      if (all) clean(json);
    });
}

/** What the launcher's `clean` does. @param aside what it says goes to standard error */
function clean(aside = false): void {
  const { DIND_MCP_CACHE = "", DIND_MCP_STATE = "" } = process.env;
  const script = join(projectFolder(), "toolchain/clean.sh");
  const { status } = spawnSync("bash", [script, DIND_MCP_CACHE, DIND_MCP_STATE], {
    stdio: ["inherit", aside ? 2 : "inherit", "inherit"],
  });
  if (status !== 0) throw new CliError("clean failed; what it said is above");
}

/** `stack`: what Pulumi declares, and how it is. */
export function stackCommand(): Command {
  return new Command("stack")
    .description("The stack: what Pulumi declares, and how it is")
    .addCommand(deployCommand("deploy"))
    .addCommand(previewCommand())
    .addCommand(statusCommand())
    .addCommand(validateCommand())
    .addCommand(destroyCommand());
}

/** The short names of what is used most. */
export function shortCommands(): Command[] {
  const refresh = passing(
    "refresh",
    "Looks for drift and takes it into the state",
    "bin/dind-mcp refresh --preview-only",
  ).action((args: string[]) => runPulumi(["refresh", ...WITHOUT_QUESTIONS, ...args]));
  const outputs = passing(
    "outputs",
    "The stack's outputs, secrets hidden",
    "bin/dind-mcp outputs endpoints --json\nbin/dind-mcp outputs tokens --show-secrets --json",
  ).action((args: string[]) => runPulumi(["stack", "output", "--stack", stackName(), ...args]));
  return [
    deployCommand("up"),
    previewCommand(),
    refresh,
    outputs,
    destroyCommand(),
    statusCommand(),
    validateCommand(),
  ];
}
