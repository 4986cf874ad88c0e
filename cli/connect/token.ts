import { Scope } from "../../api/scopes";
import type { TokenSettings } from "../../config/settings";
import { CliError, ExitCode } from "../errors";

/**
 * The token for a client: of those with the scope mcp, one that sees every server and tool, and may do the least beside.
 * @param wanted its name @default the best one
 * @throws CliError when there is none
 */
export function clientToken(all: TokenSettings[], wanted?: string): TokenSettings {
  const able = all.filter(({ scopes }) => scopes.includes(Scope.Mcp));
  const names = able.map(({ name }) => name).join(", ") || "none";
  if (wanted !== undefined) {
    const named = able.find(({ name }) => name === wanted);
    if (named) return named;
    throw new CliError(`--token: got "${wanted}", expected a token with the scope mcp: ${names}`, ExitCode.NotFound);
  }
  const limits = ({ servers, tools }: TokenSettings) => Number(servers !== undefined) + Number(tools !== undefined);
  const [best] = [...able].sort((one, other) => limits(one) - limits(other) || one.scopes.length - other.scopes.length);
  if (best) return best;
  throw new CliError(
    "no token of the stack has the scope mcp",
    ExitCode.Failed,
    "add one to dind-mcp:tokens, and bin/dind-mcp up",
  );
}
