import { Argument, Command } from "commander";
import { examples } from "../output";
import { candidates, namesFromApi, stackOf } from "./complete";
import { SCRIPTS } from "./scripts";

/** `completion`: a script for a shell. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("Prints a completion script for a shell: commands, options, servers, tools")
    .addArgument(new Argument("<shell>").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      examples(`eval "$(bin/dind-mcp completion bash)"        # or in ~/.bashrc, with the path of your checkout
eval "$(bin/dind-mcp completion zsh)"         # after compinit
bin/dind-mcp completion fish | source`),
    )
    .action((shell: keyof typeof SCRIPTS) => {
      process.stdout.write(SCRIPTS[shell]);
    });
}

/** What the scripts ask. @param root the whole command line */
export function completeCommand(root: Command): Command {
  return new Command("__complete").argument("[words...]").action(async (words: string[]) => {
    process.env.PULUMI_STACK = stackOf(words) ?? process.env.PULUMI_STACK;
    const found = await candidates(root, words, namesFromApi);
    process.stdout.write(found.map((name) => `${name}\n`).join(""));
  });
}
