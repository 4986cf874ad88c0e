import { type Problem, ProblemsError } from "../../lib/problems";
import type { ImportNote } from "./notes";
import type { ServerJson, ServerPackage } from "./schema";

/** What we can run, the best first. */
const REGISTRIES = ["oci", "npm", "pypi"] as const;
export type Registry = (typeof REGISTRIES)[number];

/** A package of a document that can run here. */
export interface Candidate {
  registry: Registry;
  /** Its place in the document. */
  at: number;
  chosen: ServerPackage;
}

/** One as people name it. */
export const packageName = ({ registryType, identifier, transport }: ServerPackage): string =>
  `${registryType}:${identifier} with ${transport.type}`;

/** The packages that can run here, of those that `wanted` names. @throws ProblemsError when there is none */
export function candidates(
  { packages = [], remotes = [] }: ServerJson,
  wanted: string | undefined,
  file: string,
): Candidate[] {
  const named = packages.map((chosen, at) => ({ chosen, at })).filter(({ chosen, at }) => isMeant(chosen, at, wanted));
  const found = named.flatMap(({ chosen, at }): Candidate[] => {
    const registry = REGISTRIES.find((one) => one === chosen.registryType);
    return registry && chosen.transport.type !== "sse" ? [{ registry, at, chosen }] : [];
  });
  if (found.length > 0) return found;
  const all = packages.map(packageName).join(", ");
  const got = all || (remotes.length > 0 ? "remotes alone, which run elsewhere" : "no package");
  const expected = `a package of ${REGISTRIES.join(", ")} with stdio or streamable-http`;
  throw new ProblemsError([
    wanted !== undefined && named.length === 0
      ? {
          file,
          path: "packages",
          got,
          expected: `one that --package ${wanted} means: a registry, a name, or its number`,
        }
      : { file, path: "packages", got, expected, fix: "build an image of it, and name that in a manifest" },
  ]);
}

/** `npm`, `NAME`, `npm:NAME`, `stdio`, or the number from 1. */
function isMeant(
  { registryType, identifier, transport }: ServerPackage,
  at: number,
  wanted: string | undefined,
): boolean {
  const names = [registryType, identifier, `${registryType}:${identifier}`, transport.type, `${at + 1}`];
  return wanted === undefined || names.includes(wanted);
}

/** A package as a manifest. */
export interface Imported extends Candidate {
  manifest: Record<string, unknown>;
  dockerfile?: string;
  notes: ImportNote[];
  /** How many arguments and variables the document tells of. */
  told: number;
}

/**
 * The most complete of several packages: the one the document tells most of, then the one that leaves least to fill in.
 * @throws ProblemsError with what is wrong with each, when none can be taken
 */
export function mostComplete(all: Candidate[], take: (one: Candidate) => Imported): Imported {
  const problems: Problem[] = [];
  const taken = all.flatMap((one) => {
    try {
      return [take(one)];
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  const open = ({ notes }: Imported): number => notes.filter(({ fill }) => fill).length;
  const rank = ({ registry }: Imported): number => REGISTRIES.indexOf(registry);
  const [best] = taken.sort((a, b) => b.told - a.told || open(a) - open(b) || rank(a) - rank(b) || a.at - b.at);
  if (!best) throw new ProblemsError(problems);
  return best;
}
