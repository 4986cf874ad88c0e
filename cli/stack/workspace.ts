import type { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import type { Outputs } from "../../stack/outputs";
import { CliError, ExitCode } from "../errors";
import { projectFolder, stackName } from "../project";

/** The project as Pulumi's Automation API sees it. Loaded when it is needed: it takes 0.4 s. */
export function workspace(): Promise<LocalWorkspace> {
  opened ??= import("@pulumi/pulumi/automation/index.js").then(({ LocalWorkspace }) =>
    LocalWorkspace.create({ workDir: projectFolder() }),
  );
  return opened;
}

let opened: Promise<LocalWorkspace> | undefined;

/**
 * Asks Pulumi something about the stack.
 * @throws CliError when there is no such stack, or Pulumi says why not
 */
export async function askPulumi<T>(question: (project: LocalWorkspace, stack: string) => Promise<T>): Promise<T> {
  try {
    return await question(await workspace(), stackName());
  } catch (error) {
    const { message } = error as Error;
    // On a machine that never had a stack there is no folder for them either.
    if (/no stack named|unable to open bucket .*no such file/.test(message)) throw notUp();
    // The Automation API's message is a report of the whole command; the line of Pulumi's own, or of the wrapper that
    // makes its config, is what the user needs.
    const [, line = message] = /^error: (.*)$/im.exec(message) ?? [];
    throw new CliError(`pulumi: ${line}`);
  }
}

/**
 * The outputs of the stack, secrets shown: what is declared, as of the last `up`.
 * @throws CliError when there is no such stack, or nothing of it is up
 */
export async function stackOutputs(): Promise<Outputs> {
  const outputs = await askPulumi((project, stack) => project.stackOutputs(stack));
  if (!outputs.version) throw notUp();
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as unknown as Outputs;
}

function notUp(): CliError {
  const fix = `bin/dind-mcp up --stack ${stackName()}`;
  return new CliError(`the stack ${stackName()} is not up: it has no outputs`, ExitCode.NotFound, fix);
}
