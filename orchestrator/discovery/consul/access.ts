import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ConsulAgent } from "./agent";

/** What the stack writes of Consul's secrets, as JSON. */
const secretsSchema = z.object({ token: z.string().optional() });
type ConsulSecrets = z.infer<typeof secretsSchema>;

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
    return secretsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
