import { readFileSync } from "node:fs";
import { z } from "zod";
import {
  type OrchestratorConfig,
  orchestratorConfigSchema,
  PATHS,
  type StoredToken,
  tokenSchema,
} from "../config/orchestrator-config";

const storedTokens = z.array(tokenSchema);

/** Where the stack writes the tokens' hashes. */
export function tokensFile(env: NodeJS.ProcessEnv = process.env): string {
  return env.ORCHESTRATOR_TOKENS ?? PATHS.tokens;
}

/** The content of that file. @throws Error when it is something else */
export function parseTokens(text: string): StoredToken[] {
  return storedTokens.parse(JSON.parse(text));
}

/** Reads the two inputs. @throws Error with every problem of both */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): {
  config: OrchestratorConfig;
  tokens: StoredToken[];
} {
  const config = orchestratorConfigSchema.safeParse(JSON.parse(env.ORCHESTRATOR_CONFIG ?? "{}"));
  const tokens = storedTokens.safeParse(JSON.parse(readFileSync(tokensFile(env), "utf8")));
  if (config.success && tokens.success) return { config: config.data, tokens: tokens.data };
  const said = [config.error, tokens.error].flatMap((error) => (error ? [z.prettifyError(error)] : []));
  throw new Error(`the orchestrator's configuration is wrong:\n${said.join("\n")}`);
}
