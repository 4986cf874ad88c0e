import { type Access, ApiClient } from "../../api/client";
import type { Scope } from "../../api/scopes";
import type { Settings } from "../../config/settings";
import type { Outputs } from "../../stack/outputs";
import { CliError, ExitCode } from "../errors";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";

/**
 * Opens the REST API. With DIND_MCP_URL and DIND_MCP_TOKEN in the environment that is any gateway, and needs no state
 * of Pulumi's. Otherwise it is the stack's own, with the first token of its config that has the scope. DIND_MCP_TOKEN
 * alone changes nothing: clients that `connect` wrote read it, and it may have less rights.
 * @throws CliError when DIND_MCP_URL alone is set: the stack's token must not go to another gateway
 */
export async function openApi(scope: Scope): Promise<ApiClient> {
  const { DIND_MCP_URL: url, DIND_MCP_TOKEN: token } = process.env;
  if (url && token) return new ApiClient(checked({ url, token }));
  if (url) throw new CliError("DIND_MCP_TOKEN: got nothing, expected the token for DIND_MCP_URL", ExitCode.Usage);
  const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  return stackApi(scope, outputs, settings);
}

/**
 * The REST API of a stack.
 * @param patience milliseconds for an answer @default without an end: a deployment takes its time
 * @throws CliError when no token of the stack has the scope
 */
export function stackApi(
  scope: Scope,
  { endpoints, tokens }: Pick<Outputs, "endpoints" | "tokens">,
  settings: Pick<Settings, "tokens">,
  patience?: number,
): ApiClient {
  const able = settings.tokens.filter(({ scopes, name }) => scopes.includes(scope) && tokens[name]);
  // Prefers a token that sees everything.
  const best = able.find(({ servers, tools }) => !servers && !tools) ?? able[0];
  if (!best) {
    const fix = `add one to dind-mcp:tokens, and bin/dind-mcp up; or set DIND_MCP_URL and DIND_MCP_TOKEN`;
    throw new CliError(`no token of the stack has the scope ${scope}`, ExitCode.Failed, fix);
  }
  return new ApiClient({ url: endpoints.api, token: tokens[best.name] ?? "" }, patience);
}

/**
 * Checks the environment before use, because an error of `fetch` would show the token.
 * @throws CliError with every problem at once; shows no part of a secret
 */
function checked({ url, token }: Access): Access {
  const wrong: string[] = [];
  const { protocol, username, password } = URL.parse(url) ?? {};
  if (protocol !== "http:" && protocol !== "https:")
    wrong.push("DIND_MCP_URL: expected a URL like http://127.0.0.1:18080");
  if (username || password)
    wrong.push("DIND_MCP_URL: got a user or a password in it, expected the token in DIND_MCP_TOKEN alone");
  if (!/^[\x21-\x7e]+$/.test(token))
    wrong.push("DIND_MCP_TOKEN: got a space, an end of line or a letter that is not ASCII in it, expected a token");
  if (wrong.length > 0) throw new CliError(wrong.join("\n"), ExitCode.Usage);
  return { url, token };
}
