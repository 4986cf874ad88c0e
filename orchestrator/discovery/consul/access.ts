import { readFile } from "node:fs/promises";
import { type ConsulSecrets, consulSecretsSchema } from "../../../config/orchestrator-config";
import { ConsulAgent } from "./agent";

/**
 * The agent with the secrets of this moment: the stack writes their file anew when one changes, and the orchestrator is
 * not started again for it. A file that is missing, or half written, changes nothing.
 * @param file of the secrets
 */
export function consulAccess({ address }: { address: string }, file: string): () => Promise<ConsulAgent> {
  let used: string | undefined;
  let agent: ConsulAgent | undefined;
  return async () => {
    const text = await readFile(file, "utf8").catch(() => used ?? "{}");
    const secrets = text === used ? undefined : parsed(text);
    if (agent && !secrets) return agent;
    agent?.close();
    used = text;
    agent = new ConsulAgent({ address, ...secrets });
    return agent;
  };
}

function parsed(text: string): ConsulSecrets | undefined {
  try {
    return consulSecretsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
