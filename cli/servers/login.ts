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

/** `servers login`. */
export function loginCommand(): Command {
  return new Command("login")
    .description("Signs in to a remote server whose manifest has oauth: prints where, and waits for you")
    .argument("<name>")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nThe browser comes back to the gateway, so it must reach it under the stack's public URL. All clients of the server
use this sign-in. Its tokens stay in the gateway, encrypted.\n${examples("bin/dind-mcp servers login weather")}`,
    )
    .action(async (name: string, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Admin);
      const begun = await api.post<Begun>(paths.login(name));
      note(`Open this in a browser, and sign in until ${begun.expiresAt}:\n\n  ${begun.url}\n`);
      const { outcome, reason, authorization } = await ended(api, name, begun.id);
      if (outcome !== "signed-in")
        throw new CliError(
          `not signed in to ${name}: ${reason}`,
          ExitCode.Failed,
          `bin/dind-mcp servers login ${name}`,
        );
      show(json, { name, ...authorization }, ({ subject }) => `signed in to ${name}${subject ? ` as ${subject}` : ""}`);
    });
}

/** How an attempt ended. The gateway ends it by itself after ten minutes. */
async function ended(api: ApiClient, name: string, id: string): Promise<Attempt> {
  for (;;) {
    const attempt = await api.get<Attempt>(paths.signIn(name, id));
    if (attempt.outcome !== "waiting") return attempt;
    await sleep(ASK_MS);
  }
}

/** `servers logout`. */
export function logoutCommand(): Command {
  return new Command("logout")
    .description("Forgets the sign-in at a remote server, and tells its issuer; sessions with the server end")
    .argument("<name>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers logout weather"))
    .action(async (name: string, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Admin);
      await api.delete(paths.login(name));
      show(json, { name, state: "needed" }, () => `nobody is signed in to ${name}`);
    });
}
