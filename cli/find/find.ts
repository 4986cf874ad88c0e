import { dockerAt } from "../../lib/docker-client";
import { clientFiles } from "./client-files";
import { looseContainers } from "./containers";
import type { Loose } from "./found";
import { looseProcesses } from "./processes";

/** What was found, and what could not be looked at. */
export interface Finding {
  found: Loose[];
  unread: string[];
}

/**
 * Looks for MCP servers of this machine that are not this program's. Runs and changes nothing.
 * @param engine the host engine's address
 * @param own folders whose programs are this program's
 */
export async function find(known: ReadonlySet<string>, engine: string, own: string[]): Promise<Finding> {
  const files = clientFiles();
  const processes = looseProcesses(known, own);
  try {
    const containers = await looseContainers(dockerAt(engine), known);
    return { found: [...containers, ...processes, ...files.found], unread: files.unread };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unread = `containers: ${engine} does not answer (${code ?? message})`;
    return { found: [...processes, ...files.found], unread: [...files.unread, unread] };
  }
}
