import type { StackProblem } from "./define";
import type { Resource } from "./resource";

/**
 * Every one that clashes with an earlier one.
 * @param problem what is wrong with it, beside that earlier one
 */
export function clashes<T extends { resource: Resource }>(
  all: T[],
  meet: (one: T, earlier: T) => boolean,
  problem: (one: T, earlier: T) => string,
): StackProblem[] {
  return all.flatMap((one, index) => {
    const earlier = all.slice(0, index).find((other) => meet(one, other));
    return earlier ? [{ resource: one.resource, problem: problem(one, earlier) }] : [];
  });
}
