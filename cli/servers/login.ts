import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { z } from "zod";
import type { ApiClient } from "../../api/client";
import { paths } from "../../api/paths";
import type { begunSignInSchema, signInAttemptSchema } from "../../api/schemas/sign-in";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { CliError, ExitCode } from "../errors";
import { examples, note, show } from "../output";

type Begun = z.infer<typeof begunSignInSchema>;
type Attempt = z.infer<typeof signInAttemptSchema>;

/** Milliseconds between two questions how it goes. */
const ASK_MS = 1_000;
const OWN = "for the token of DIND_MCP_TOKEN alone, where each has its own sign-in";

interface Options {
  own?: boolean;
  json?: boolean;
}

/** The API with the token that may, and whose sign-in it is about. */
async function opened(name: string, { own }: Options): Promise<{ api: ApiClient; path: string }> {
  return own
    ? { api: await openApi(Scope.Mcp), path: paths.ownLogin(name) }
    : { api: await openApi(Scope.Admin), path: paths.login(name) };
}

/** `servers login`. */
export function loginCommand(): Command {
  return new Command("login")
    .description("Signs in to a remote server whose manifest has oauth: prints where, and waits for you")
    .argument("<name>")
    .option("--own", OWN)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nThe browser comes back to the gateway, so it must reach it under the stack's public URL. All clients of the server
use this sign-in; with --own, those with the token of DIND_MCP_TOKEN. The issuer's tokens stay in the gateway, encrypted.
${examples("bin/dind-mcp servers login weather")}`,
    )
    .action(async (name: string, options: Options) => {
      const { api, path } = await opened(name, options);
      const begun = await api.post<Begun>(path);
      note(`Open this in a browser, and sign in until ${begun.expiresAt}:\n\n  ${begun.url}\n`);
      const { outcome, reason, authorization } = await ended(api, `${path}/${encodeURIComponent(begun.id)}`);
      if (outcome !== "signed-in") throw new CliError(`not signed in to ${name}: ${reason}`, ExitCode.Failed);
      show(options.json, { name, ...authorization }, ({ subject }) => {
        return `signed in to ${name}${subject ? ` as ${subject}` : ""}`;
      });
    });
}

/** How an attempt ended. The gateway ends it by itself after ten minutes. */
async function ended(api: ApiClient, path: string): Promise<Attempt> {
  for (;;) {
    const attempt = await api.get<Attempt>(path);
    if (attempt.outcome !== "waiting") return attempt;
    await sleep(ASK_MS);
  }
}

/** `servers logout`. */
export function logoutCommand(): Command {
  return new Command("logout")
    .description("Forgets the sign-in at a remote server, and tells its issuer; sessions with the server end")
    .argument("<name>")
    .option("--own", OWN)
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers logout weather"))
    .action(async (name: string, options: Options) => {
      const { api, path } = await opened(name, options);
      await api.delete(path);
      show(options.json, { name, state: "needed" }, () => `nobody is signed in to ${name}`);
    });
}
