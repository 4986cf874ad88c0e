import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { OFFICIAL_META, RUNNABLE } from "../server-json";
import type { Listed } from "./client";

/** A server that a search found. Everything in it is the registry's word. */
export interface ListedServer {
  name: string;
  title?: string;
  description: string;
  version: string;
  /** What the registry calls it other than active, like deprecated. */
  status?: string;
  /** `npm:NAME` and the like. */
  packages: string[];
  /** How many addresses it is served at. */
  remotes: number;
  /** True when one of its packages can run here. */
  runs: boolean;
}

/** A server of a registry's answer. */
export function listedServer({ server, _meta: meta }: Listed): ListedServer {
  const { name, title, description, version, packages, remotes } = server;
  const official = meta[OFFICIAL_META];
  const status = isMapping(official) && typeof official.status === "string" ? official.status : "active";
  const runnable = packages.some(({ registryType }) => (RUNNABLE as readonly string[]).includes(registryType));
  return {
    ...{ name, ...(title ? { title } : {}), description: oneLine(description), version },
    ...(status === "active" ? {} : { status }),
    packages: packages.map(({ registryType, identifier }) => `${registryType}:${identifier}`),
    remotes: remotes.length,
    runs: runnable && /^[\w.-]+\/[\w.-]+$/.test(name),
  };
}

/** The one server.json in a registry's answer, and what the registry says of it; any other document unchanged. */
export function registryEntry(given: unknown): { document: unknown; notes: string[] } {
  const { server, _meta: meta } = isMapping(given) ? given : {};
  if (!isMapping(server)) return { document: given, notes: [] };
  const official = isMapping(meta) && isMapping(meta[OFFICIAL_META]) ? meta[OFFICIAL_META] : {};
  const { status, statusMessage, isLatest } = official;
  const words = [status, statusMessage].filter((text) => typeof text === "string").map((text) => oneLine(text, 200));
  return {
    document: server,
    notes: [
      ...(words.length > 0 && status !== "active" ? [`the registry calls it ${words.join(": ")}`] : []),
      ...(isLatest === false ? ["the registry has a newer version of it"] : []),
    ],
  };
}
