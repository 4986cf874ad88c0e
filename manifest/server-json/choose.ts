import { type Problem, ProblemsError } from "../../lib/problems";
import type { ImportNote } from "./notes";
import type { ServerJson, ServerPackage } from "./schema";

/** Registries whose packages can run here, the best first. */
export const RUNNABLE = ["oci", "npm", "pypi"] as const;
export type Registry = (typeof RUNNABLE)[number];

/** A package of a document that can run here. */
export interface Candidate {
  registry: Registry;
  /** Its place in the document. */
  at: number;
  chosen: ServerPackage;
}

/** Names a package for people. */
export const packageName = ({ registryType, identifier, transport }: ServerPackage): string =>
  `${registryType}:${identifier} with ${transport.type}`;

/** The packages that can run here, of those that `wanted` names. @throws ProblemsError when there is none */
export function candidates({ packages = [] }: ServerJson, wanted: string | undefined, file: string): Candidate[] {
  const named = packages.map((chosen, at) => ({ chosen, at })).filter(({ chosen, at }) => isMeant(chosen, at, wanted));
  const found = named.flatMap(({ chosen, at }): Candidate[] => {
    const registry = RUNNABLE.find((one) => one === chosen.registryType);
    return registry ? [{ registry, at, chosen }] : [];
  });
  if (found.length > 0) return found;
  const all = packages.map(packageName).join(", ");
  const got = all || "no package";
  const expected = `a package of ${RUNNABLE.join(", ")}`;
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
  /** How many arguments and variables the document describes. */
  told: number;
}

/**
 * Returns the most complete of several packages: the one that the document describes best, then the one that leaves
 * least to fill in. One with the transport of 2024 comes last.
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
  const rank = ({ registry }: Imported): number => RUNNABLE.indexOf(registry);
  const isOld = ({ chosen }: Imported): number => Number(chosen.transport.type === "sse");
  const [best] = taken.sort(
    (a, b) => isOld(a) - isOld(b) || b.told - a.told || open(a) - open(b) || rank(a) - rank(b) || a.at - b.at,
  );
  if (!best) throw new ProblemsError(problems);
  return best;
}
