import type Docker from "dockerode";
import { type EngineClient, engineClient } from "../../orchestrator/servers/engine-client";
import type { Outputs } from "../../outputs";
import { CliError, ExitCode } from "../errors";

/** The Docker daemon inside the engine, over mutual TLS with the stack's own client certificate. */
export function innerEngine({ endpoints, tls }: Pick<Outputs, "endpoints" | "tls">): EngineClient {
  const { hostname, port } = new URL(endpoints.dockerTls);
  return engineClient({ host: hostname, port: Number(port), ca: tls.ca, cert: tls.clientCert, key: tls.clientKey });
}

/** Asks the daemon inside something. @throws CliError when it does not answer */
export async function askInner<T>(outputs: Outputs, question: (docker: Docker) => Promise<T>): Promise<T> {
  const client = innerEngine(outputs);
  try {
    return await question(client.api);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== undefined) throw error;
    const text = `the engine does not answer at ${outputs.endpoints.dockerTls}: ${(error as Error).message}`;
    throw new CliError(text, ExitCode.Unreachable, "bin/dind-mcp engine status says more; bin/dind-mcp up heals it");
  } finally {
    client.close();
  }
}
