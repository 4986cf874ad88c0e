import { readFileSync } from "node:fs";
import { z } from "zod";
import {
  type OrchestratorConfig,
  orchestratorConfigSchema,
  PATHS,
  type StoredToken,
  tokenSchema,
} from "../config/orchestrator-config";

/** Reads the two inputs. @throws Error with every problem of both */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): {
  config: OrchestratorConfig;
  tokens: StoredToken[];
} {
  const config = orchestratorConfigSchema.safeParse(JSON.parse(env.ORCHESTRATOR_CONFIG ?? "{}"));
  const tokens = z
    .array(tokenSchema)
    .safeParse(JSON.parse(readFileSync(env.ORCHESTRATOR_TOKENS ?? PATHS.tokens, "utf8")));
  if (config.success && tokens.success) return { config: config.data, tokens: tokens.data };
  const said = [config.error, tokens.error].flatMap((error) => (error ? [z.prettifyError(error)] : []));
  throw new Error(`the orchestrator's configuration is wrong:\n${said.join("\n")}`);
}
