import {
  type Found,
  RegistryError,
  searchRegistry as search,
  registryServer as serverOf,
} from "../../manifest/registry/client";
import { CliError, ExitCode } from "../errors";

const OTHER = "`pulumi config set serverRegistry URL`, in a shell of `bin/dind-mcp env`, names another one";
const CODES = {
  refused: ExitCode.Usage,
  silent: ExitCode.Unreachable,
  other: ExitCode.Failed,
  missing: ExitCode.NotFound,
} as const;

/** The servers of a registry that have a word in their name. @throws CliError when it does not answer as one */
export function searchRegistry(registry: string, word: string, limit: number): Promise<Found> {
  return told(search(registry, word, limit));
}

/** What a registry says of one server: an answer that holds its server.json. @param version exact, or `latest` */
export function registryServer(registry: string, name: string, version?: string): Promise<unknown> {
  return told(serverOf(registry, name, version));
}

async function told<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const missing = error.kind === "missing";
    throw new CliError(
      error.message,
      CODES[error.kind],
      missing ? "bin/dind-mcp servers search WORD says what there is" : OTHER,
    );
  }
}
