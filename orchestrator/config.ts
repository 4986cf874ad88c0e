import { readFileSync } from "node:fs";
import { z } from "zod";
import {
  type OrchestratorConfig,
  orchestratorConfigSchema,
  PATHS,
  type SealingKey,
  type StoredToken,
  sealingKeySchema,
  tokenSchema,
} from "../config/orchestrator-config";

const storedTokens = z.array(tokenSchema);

/** Where the stack writes the tokens' hashes. */
export function tokensFile(env: NodeJS.ProcessEnv = process.env): string {
  return env.ORCHESTRATOR_TOKENS ?? PATHS.tokens;
}

/** Reads the keys for what is kept encrypted, the one to use first. None without the file: a stack of before gave none. */
export function loadSealingKeys(env: NodeJS.ProcessEnv = process.env): SealingKey[] {
  try {
    const text = readFileSync(env.ORCHESTRATOR_SEALING_KEYS ?? PATHS.sealingKeys, "utf8");
    return z.array(sealingKeySchema).parse(JSON.parse(text));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new Error("sealing-keys.json: got something else, expected a list of keys; bin/dind-mcp up writes it");
  }
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
