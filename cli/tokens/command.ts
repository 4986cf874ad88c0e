import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { madeTokenSchema } from "../../api/schemas/tokens";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, note, show } from "../output";
import { expiryOf } from "./expiry";
import { type Token, tokenRows } from "./rows";

type MadeToken = z.output<typeof madeTokenSchema>;

/** Options of `tokens create`. */
interface Wishes {
  scope: string[];
  server?: string[];
  allow?: string[];
  deny?: string[];
  label?: string;
  expires?: string;
  json?: boolean;
}

/** `tokens`: who may use what, over the REST API. */
export function tokensCommand(): Command {
  return new Command("tokens")
    .description("Bearer tokens: who may use what, and since when nobody does")
    .addCommand(listCommand())
    .addCommand(createCommand())
    .addCommand(revokeCommand());
}

function listCommand(): Command {
  return new Command("list")
    .alias("ls")
    .description("All tokens: those of the stack's config, and those made by `tokens create`; never their values")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp tokens list"))
    .action(async ({ json }: { json?: boolean }) => {
      const api = await openApi(Scope.Admin);
      show(json, await api.list<Token>(paths.tokens), (all) => tokenRows(all));
    });
}

function createCommand(): Command {
  return new Command("create")
    .description("Makes a token and prints it, once; it may do no more than the token that makes it")
    .argument("<name>")
    .requiredOption("--scope <scope...>", "what it may do: mcp, read, admin")
    .option("--server <server...>", "the servers it may use; else all")
    .option("--allow <tool...>", "the tools it may use, as SERVER__TOOL; * at the end stands for any rest")
    .option("--deny <tool...>", "tools it may not use")
    .option("--label <text>", "what it is for")
    .option("--expires <when>", "12h, 30d, or a time; else it does not end")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The token alone goes to standard output. It is stored nowhere: keep it, or make another one.
${examples(
  "bin/dind-mcp tokens create laptop --scope mcp --server files --expires 30d\n" +
    "bin/dind-mcp tokens create monitoring --scope read --label 'the scraper' >token",
)}`,
    )
    .action(async (name: string, { scope, server, allow, deny, label, expires, json }: Wishes) => {
      const expiresAt = expires === undefined ? undefined : expiryOf(expires);
      const tools = allow || deny ? { allow, deny } : undefined;
      const api = await openApi(Scope.Admin);
      const body = { name, scopes: scope, servers: server, tools, label, expiresAt };
      show(json, await api.post<MadeToken>(paths.tokens, body), ({ token }) => token);
      if (!json) note(`${name} is made; this is the only time that it is shown`);
    });
}

function revokeCommand(): Command {
  return new Command("revoke")
    .description("Revokes a token that was made by `tokens create`: its sessions and sign-ins end at once")
    .argument("<name>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp tokens revoke laptop"))
    .action(async (name: string, { json }: { json?: boolean }) => {
      await (await openApi(Scope.Admin)).delete(paths.apiToken(name));
      show(json, { name, revoked: true }, () => `${name} is revoked`);
    });
}
