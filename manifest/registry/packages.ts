import { z } from "zod";
import { downloadText, NotDownloaded } from "../../lib/download";
import { parseJson } from "../../lib/json";
import { oneLine } from "../../lib/plain-text";
import { shortDescription, shortName } from "../draft/names";
import { PACKAGE_NAMES } from "../server-json";

/** A package that may be an MCP server: nobody has looked into it. */
export interface ListedPackage {
  kind: "npm" | "pypi";
  name: string;
  version: string;
  description: string;
}

/** Packages that were found. */
export interface FoundPackages {
  items: ListedPackage[];
  /** True when the registry has more of them. */
  more: boolean;
}

/** Milliseconds to wait for an answer. */
const TIMEOUT_MS = 10_000;
/** Bytes of an answer. One of PyPI lists every file of every version. */
const MOST_BYTES = 2 * 2 ** 20;

const npmSchema = z.looseObject({
  objects: z.array(
    z.looseObject({
      package: z.looseObject({
        name: z.string().regex(PACKAGE_NAMES.npm),
        version: z.string(),
        description: z.string().default(""),
      }),
    }),
  ),
  total: z.number().default(0),
});

const pypiSchema = z.looseObject({
  info: z.looseObject({
    name: z.string().regex(PACKAGE_NAMES.pypi),
    version: z.string(),
    summary: z.string().nullish(),
  }),
});

/**
 * Packages of npm that a word finds, as npm's search ranks them.
 * @param registry URL of a registry that has npm's search
 * @throws NotDownloaded when it does not answer, or has no search
 */
export async function searchNpm(registry: string, word: string, limit: number): Promise<FoundPackages> {
  const url = new URL(`${registry}/-/v1/search?${new URLSearchParams({ text: word, size: String(limit) })}`);
  const { objects, total } = await answer(url, npmSchema, "the answer of npm's search");
  const items = objects.slice(0, limit).map(({ package: { name, version, description } }): ListedPackage => {
    return { kind: "npm", name, version: oneLine(version, 40), description: oneLine(description, 300) };
  });
  return { items, more: total > items.length };
}

/**
 * The package of PyPI that is called so; PyPI has no search.
 * @param index URL of an index that has PyPI's JSON API
 * @throws NotDownloaded when it does not answer, or has no such API
 */
export async function lookUpPypi(index: string, name: string): Promise<FoundPackages> {
  if (!PACKAGE_NAMES.pypi.test(name)) return { items: [], more: false };
  try {
    const url = new URL(`${index}/pypi/${encodeURIComponent(name)}/json`);
    const { info } = await answer(url, pypiSchema, "the answer of PyPI's JSON API");
    const description = oneLine(info.summary ?? "", 300);
    return { items: [{ kind: "pypi", name: info.name, version: oneLine(info.version, 40), description }], more: false };
  } catch (error) {
    if (error instanceof NotDownloaded && error.status === 404) return { items: [], more: false };
    throw error;
  }
}

async function answer<Schema extends z.ZodType>(url: URL, schema: Schema, expected: string): Promise<z.output<Schema>> {
  const { data } = schema.safeParse(parseJson(await downloadText(url, TIMEOUT_MS, expected, MOST_BYTES)));
  if (data !== undefined) return data;
  throw new NotDownloaded(`${url.origin}${url.pathname}: got something else, expected ${expected}`, true);
}

/** A package as a server.json, made of its name alone. */
export function packageDocument({ kind, name, version, description }: ListedPackage): Record<string, unknown> {
  const one = { registryType: kind, identifier: name, version, transport: { type: "stdio" } };
  return {
    name: `${kind}/${shortName(name)}`,
    description: shortDescription(description || `The package ${name}`),
    version,
    packages: [{ ...one, runtimeHint: kind === "npm" ? "npx" : "uvx" }],
  };
}
