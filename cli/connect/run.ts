import { asksForToken, clientConfig, needsToken, targets, tokenVariable } from "../../api/client-configs";
import { CliError, ExitCode } from "../errors";
import { stackName } from "../project";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import type { ClientName, ClientScope } from "./clients";
import { connect, entriesOf } from "./connect";
import type { Done } from "./done";
import { here } from "./file-of";
import type { Entry } from "./formats/format";
import { formatOf } from "./formats/index";
import { isInstalled, placeNote } from "./places";
import { withEntries } from "./plan";
import { clientToken } from "./token";

/** What to write, for any client. */
export interface Wish {
  mode: "all" | "each";
  scope: ClientScope;
  file?: string;
  servers?: string[];
  name: string;
  token?: string;
  withToken?: boolean;
  force: boolean;
  dryRun: boolean;
}

/** A wish, together with facts about the stack. */
export interface Prepared extends Wish {
  all: ReturnType<typeof targets>;
  tokenName: string;
  tokenValue: string;
}

/** What was written for one client. No token is in it. */
export interface Connected extends Done {
  dryRun: boolean;
  /** Names of the entries. */
  entries: string[];
  config: Record<string, unknown>;
  /** The client's file, if nothing else is in it. */
  text: string;
  /** What to know, and what to do next. */
  notes: string[];
}

/** Reads what the stack knows. @throws CliError when it is not up, or the wish cannot be fulfilled */
export async function prepared(wish: Wish): Promise<Prepared> {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(wish.name)) {
    const text = `--name: got "${wish.name}", expected 1 to 32 small letters, digits and dashes`;
    throw new CliError(text, ExitCode.Usage);
  }
  const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  const token = clientToken(settings.tokens, wish.token);
  const tokenValue = outputs.tokens[token.name];
  if (!tokenValue) throw new CliError(`the outputs lack the token ${token.name}`, ExitCode.Failed, "bin/dind-mcp up");
  const names = chosen(Object.keys(outputs.servers), token.servers, wish);
  const all = targets(outputs.endpoints.api, names, wish.mode, wish.name);
  return { ...wish, all, tokenName: token.name, tokenValue };
}

/**
 * Writes the entries of one client.
 * @param without entries that go out of the file, until `disconnect` puts them back. @default none
 * @throws ProblemsError or CliError: then nothing was changed
 */
export function connectOne(client: ClientName, file: string, wish: Prepared, without?: Entry[]): Connected {
  const { name, tokenName, tokenValue, force, dryRun } = wish;
  const secret = wish.withToken === true || needsToken(client);
  const made = clientConfig(client, wish.all, { name, ...(secret ? { token: tokenValue } : {}) });
  const installed = wish.file !== undefined || isInstalled(client, here());
  const { format, begin } = made;
  const entries = entriesOf(made);
  const done = connect({ client, file, format, begin, stack: stackName(), entries, without, secret, force, dryRun });
  // Neither a terminal's history nor a log is a place for a token.
  const hidden = JSON.parse(JSON.stringify(made.config).replaceAll(tokenValue, `TOKEN ${tokenName}`));
  const shown = entriesOf({ config: hidden });
  const place = wish.file === undefined ? placeNote(client, wish.scope, process.env) : undefined;
  const from = `"${tokenName}" of bin/dind-mcp outputs tokens --show-secrets --json`;
  return {
    ...done,
    dryRun,
    entries: shown.filter(({ by, kind }) => kind === "property" || by === "name").map(({ key }) => key),
    config: hidden,
    text: withEntries(null, shown, formatOf(format, begin), file),
    notes: [
      ...made.notes,
      ...(place ? [place] : []),
      ...(installed ? [] : [`${client} seems not to be installed: nothing of it was found`]),
      secret
        ? `the file holds the token ${tokenName}: it is for its owner alone, and not for a repository`
        : `${asksForToken(client) ? "the token" : tokenVariable(name)}: ${from}`,
      `next: start the client anew, if it runs; ${made.next}`,
    ],
  };
}

/** The servers of --mode each. @throws CliError when one is unknown, or not the token's */
function chosen(all: string[], allowed: string[] | undefined, { servers, mode }: Wish): string[] {
  if (servers && mode === "all") {
    throw new CliError("--servers: got a selection, expected none with --mode all", ExitCode.Usage, "--mode each");
  }
  if (servers?.length === 0) {
    throw new CliError('--servers: got "", expected names, separated by commas', ExitCode.Usage);
  }
  const known = all.filter((name) => !allowed || allowed.includes(name));
  const unknown = (servers ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return servers ?? known;
  const text = `--servers: got ${unknown.join(", ")}, expected servers that the token may use: ${known.join(", ")}`;
  throw new CliError(text, ExitCode.NotFound);
}
