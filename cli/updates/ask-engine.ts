import { engineClient } from "../../lib/docker-client";
import { CliError } from "../errors";
import type { AskEngine } from "./newest";

/** Asks the host's engine, which asks the registry that it is set to. */
export function hostEngineAsks(hostEngine: string): { ask: AskEngine; close: () => void } {
  const host = engineClient({ socketPath: hostEngine.replace(/^unix:\/\//, "") });
  const ask: AskEngine = async (reference) => {
    const answer = await host.api
      .getImage(reference)
      .distribution()
      .catch((error: Error) => {
        throw new CliError(`the engine could not ask its registry for ${reference}: ${error.message}`);
      });
    return answer.Descriptor.digest;
  };
  return { ask, close: () => host.close() };
}
