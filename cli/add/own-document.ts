import { isMapping } from "../../lib/mapping";
import { serverJsonSchema } from "../../manifest/server-json";
import { CliError } from "../errors";
import { progress } from "../output";
import { registryServer } from "../registry/client";
import type { PackageInfo } from "./ask";
import { answered } from "./document";
import type { PackageSource } from "./source";

/** What the MCP registry's server.json of a package says of it. */
export interface OwnDocument {
  title?: string;
  description?: string;
  /** Its entry of `packages`: variables, arguments, transport. */
  entry?: Record<string, unknown>;
  /** Remarks for the user. */
  notes: string[];
}

/**
 * Asks the registry for the server.json that a package names as its own (`mcpName`). Only one that names the package too
 * counts: anybody may write any name into a package.
 * @param registry its URL. @default nobody is asked
 */
export async function ownDocument(
  { kind, name }: PackageSource,
  { mcpName }: PackageInfo,
  registry: string | undefined,
): Promise<OwnDocument> {
  if (mcpName === undefined || registry === undefined) return { notes: [] };
  const not = (why: string): OwnDocument => ({ notes: [`it calls itself ${mcpName}: ${why}`] });
  try {
    const answer = await progress(`asking the MCP registry for ${mcpName}`, registryServer(registry, mcpName));
    const { document, notes } = answered(answer, registry);
    const { data } = serverJsonSchema.safeParse(document);
    if (data?.name !== mcpName) return not("the registry has something else under that name");
    const entry = data.packages?.find((one) => one.registryType === kind && one.identifier === name);
    if (!isMapping(entry)) return not("the registry's server.json of that name is not about this package");
    const { title, description } = data;
    return { ...(title ? { title } : {}), description, entry, notes: [`by its server.json, ${mcpName}`, ...notes] };
  } catch (error) {
    if (error instanceof CliError) return not(`no server.json of that name: ${error.message}`);
    throw error;
  }
}
