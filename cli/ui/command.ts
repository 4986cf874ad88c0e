import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { signInLinkSchema } from "../../api/schemas/tokens";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, note, show } from "../output";
import { hasScreen, openInBrowser } from "./browser";

type Link = z.output<typeof signInLinkSchema>;

/** `ui`: the page, signed in. */
export function uiCommand(): Command {
  return new Command("ui")
    .description("Opens the page in a browser, signed in; without a screen it prints the link")
    .option("--print", "only print the link, and open nothing", false)
    .option("--read-only", "sign in with a token that only looks", false)
    .option("--json", "the link as JSON; opens nothing")
    .addHelpText(
      "after",
      `
The link is good once, for a minute. It signs in with the first token of the stack that has the scope admin, or with
--read-only the scope read.
${examples("bin/dind-mcp ui\nbin/dind-mcp ui --print --read-only")}`,
    )
    .action(async ({ print, readOnly, json }: { print: boolean; readOnly: boolean; json?: boolean }) => {
      const api = await openApi(readOnly ? Scope.Read : Scope.Admin);
      const link = await api.post<Link>(paths.signInLinks);
      if (json || print || !hasScreen()) show(json, link, ({ url }) => url);
      else {
        await openInBrowser(link.url);
        note(`opened ${new URL(link.url).origin}; bin/dind-mcp ui --print prints the link instead`);
      }
    });
}
