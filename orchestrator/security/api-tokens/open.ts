import { join } from "node:path";
import { ApiTokens } from "./api-tokens";
import { LastUses } from "./last-uses";

/**
 * Reads the tokens that were made through the API, and when tokens were last used.
 * @param folder the orchestrator's own
 * @param warn hears of what fails later, while nobody waits for it
 * @throws Error when one of the files holds something else
 */
export function openApiTokens(
  folder: string,
  warn: (message: string, error: Error) => void,
): { apiTokens: ApiTokens; uses: LastUses } {
  return {
    apiTokens: new ApiTokens(join(folder, "api-tokens.json"), (error) => warn("a token's end was not told", error)),
    uses: new LastUses(join(folder, "token-uses.json"), (error) => warn("uses of tokens cannot be stored", error)),
  };
}
