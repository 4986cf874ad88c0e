import { z } from "zod";
import { downloadText, NotDownloaded } from "../../lib/download";
import { parseJson } from "../../lib/json";

/** A server of a registry's list, as far as a search shows it. What else the registry says of it stays out. */
const listedSchema = z.looseObject({
  server: z.looseObject({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().default(""),
    version: z.string().default(""),
    packages: z
      .array(z.looseObject({ registryType: z.string().default("?"), identifier: z.string().default("?") }))
      .default([]),
    remotes: z.array(z.unknown()).default([]),
  }),
  _meta: z.record(z.string(), z.unknown()).default({}),
});
export type Listed = z.output<typeof listedSchema>;

const listSchema = z.looseObject({
  servers: z.array(z.unknown()),
  metadata: z.looseObject({ nextCursor: z.string().nullish() }).nullish(),
});

/** Entries that are asked for at once, and pages at most: a registry may never end. */
const PAGE = 50;
const PAGES = 40;
/** Milliseconds to wait for an answer. */
const TIMEOUT_MS = 10_000;
/** Versions of the read API, the newest first. */
const VERSIONS = ["v0.1", "v0"];

/** Why a registry gave no answer that can be used. */
export class RegistryError extends Error {
  constructor(
    message: string,
    /** `refused`: its address, or what it said; `silent`: it does not answer; `other`: it is no registry; `missing`: it has none of that name. */
    readonly kind: "refused" | "silent" | "other" | "missing",
  ) {
    super(message);
  }
}

/** What a search found. */
export interface Found {
  servers: Listed[];
  /** True when the registry has more of them. */
  more: boolean;
}

/**
 * The servers of a registry that have a word in their name, the newest version of each, page by page.
 * @param registry its URL, without the API's version
 * @param limit as many at most
 * @throws RegistryError when it does not answer, or with something else than such a list
 */
export async function searchRegistry(registry: string, word: string, limit: number): Promise<Found> {
  const servers: Listed[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const query = new URLSearchParams({
      ...{ search: word, version: "latest", limit: `${Math.min(PAGE, limit)}` },
      ...(cursor ? { cursor } : {}),
    });
    const { data } = listSchema.safeParse(await answer(registry, `servers?${query}`));
    if (!data) throw noRegistry(registry, "something else than a list of servers");
    // One that is not understood must not hide the others.
    servers.push(...data.servers.flatMap((one) => listedSchema.safeParse(one).data ?? []));
    const next = data.metadata?.nextCursor || undefined;
    if (servers.length >= limit) return { servers: servers.slice(0, limit), more: servers.length > limit || !!next };
    if (next === undefined || next === cursor) return { servers, more: false };
    cursor = next;
  }
  return { servers, more: true };
}

/** What a registry says of one server: an answer that holds its server.json. @param version exact, or `latest` */
export async function registryServer(registry: string, name: string, version = "latest"): Promise<unknown> {
  return await answer(registry, `servers/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`);
}

/**
 * The answer in the newest version of the API that the registry speaks.
 * @throws RegistryError; `missing` when no version of it knows that path
 */
async function answer(registry: string, path: string): Promise<unknown> {
  let missing = "";
  for (const version of VERSIONS) {
    try {
      const text = await downloadText(new URL(`${registry}/${version}/${path}`), TIMEOUT_MS, "its answer");
      const document = parseJson(text);
      if (document === undefined) throw noRegistry(registry, "no JSON");
      return document;
    } catch (error) {
      if (!(error instanceof NotDownloaded)) throw error;
      if (error.status !== 404) throw unreached(error);
      missing ||= error.message;
    }
  }
  throw new RegistryError(missing, "missing");
}

function noRegistry(registry: string, got: string): RegistryError {
  return new RegistryError(`${registry}: got ${got}, expected an MCP registry's answer`, "other");
}

function unreached({ message, isRefused }: NotDownloaded): RegistryError {
  if (isRefused) return new RegistryError(message, "refused");
  return new RegistryError(`the MCP registry does not answer: ${message}`, "silent");
}
