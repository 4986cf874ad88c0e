import { parseJson } from "../../lib/json";
import { oneLine } from "../../lib/plain-text";
import { CliError, ExitCode } from "../errors";
import { type Answer, ask, failed, notFound, type PackageInfo } from "./ask";
import type { PackageSource } from "./source";

/** What `npm view --json` prints. */
interface View {
  version?: string;
  description?: string;
  bin?: unknown;
  mcpName?: unknown;
  deprecated?: unknown;
  /** Version to when it was published. */
  time?: Record<string, string>;
  error?: { code?: string; summary?: string };
}

/** Asks npm for a package of that version, or for the newest one. @returns undefined when npm is not on this machine */
export async function askNpm({ name, version, ...source }: PackageSource): Promise<PackageInfo | undefined> {
  const fields = ["version", "description", "bin", "deprecated", "time", "mcpName"];
  const wanted = version ? `${name}@${version}` : name;
  return npmInfo({ ...source, name, version }, await viewNpm(wanted, fields));
}

/** `npm view`: fields of a package's entry in the registry. @param wanted `NAME`, or `NAME@VERSION` */
export function viewNpm(wanted: string, fields: string[]): Promise<Answer> {
  // Without this npm would try for more than a minute where there is no network.
  const soon = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"];
  return ask("npm", ["view", "--json", ...soon, wanted, ...fields]);
}

/** What `npm view --json` said. */
export function npmInfo(source: PackageSource, { code, stdout, stderr }: Answer): PackageInfo | undefined {
  if (code === undefined) return undefined;
  const answer = parseJson(stdout) as View | undefined;
  const { code: reason = "", summary } = answer?.error ?? {};
  if (["E404", "ETARGET"].includes(reason)) throw notFound(source, "npm", summary ?? reason);
  if (code !== 0 || !answer?.version) throw failed(source, "npm", summary ?? stderr);
  if (!answer.bin) {
    const got = "got a package without a program (no bin in its package.json), expected an MCP server";
    throw new CliError(`npm:${source.name}: ${got}`, ExitCode.Usage);
  }
  const { version, description, deprecated, time, bin, mcpName } = answer;
  const published = new Date(time?.[version] ?? "");
  return {
    version,
    description,
    programs: typeof bin === "object" ? Object.keys(bin) : [source.name.split("/").at(-1) ?? ""],
    ...(Number.isNaN(published.getTime()) ? {} : { published }),
    ...(typeof mcpName === "string" ? { mcpName } : {}),
    ...(deprecated ? { warning: `deprecated: ${oneLine(String(deprecated), 200)}` } : {}),
  };
}
