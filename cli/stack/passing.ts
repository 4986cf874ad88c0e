import { Command } from "commander";
import { examples } from "../output";

/** True where Pulumi's own display would only be noise in a log. */
const QUIET = process.stdout.isTTY ? [] : ["--suppress-progress"];

/** Arguments for pulumi, of a command that changes the stack and asks nothing. */
export const WITHOUT_QUESTIONS = ["--yes", "--skip-preview", ...QUIET];

/** The same for a `refresh`. With `--preview-only` pulumi asks no questions, and refuses options that answer them. */
export function refreshArguments(args: string[]): string[] {
  return ["refresh", ...(args.includes("--preview-only") ? QUIET : WITHOUT_QUESTIONS), ...args];
}

/**
 * A command whose unknown arguments go to pulumi.
 * @param lines the examples of its help
 */
export function passing(name: string, description: string, lines: string): Command {
  return new Command(name)
    .description(description)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[pulumi...]", "arguments for pulumi")
    .addHelpText("after", examples(lines));
}
