/** One clause of a version specifier: its operator, its version's numbers, and whether `.*` stands behind them. */
const CLAUSE = /^(===|~=|==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?$/;
/** A release of Python that is newer than any of its minor version: `<=3.13` does not let 3.13.5 pass. */
const NEWEST = 99;

/**
 * Does a Python fit what a package asks for (`Requires-Python`, PEP 440)?
 * @param wants clauses with commas between, like `>=3.10,<4`; one that is not understood is taken to fit
 * @param python its minor version, like `3.13`
 */
export function pythonFits(wants: string, python: string): boolean {
  const release = [...python.split(".").map(Number), NEWEST];
  return wants.split(",").every((clause) => {
    const [, operator, numbers = "", any] = CLAUSE.exec(clause.trim()) ?? [];
    const wanted = numbers.split(".").map(Number);
    const begins = compare(release.slice(0, wanted.length), wanted) === 0;
    const order = compare(release, wanted);
    switch (operator) {
      case ">=":
        return order >= 0;
      case ">":
        return order > 0;
      case "<=":
        return order <= 0;
      case "<":
        return order < 0;
      case "~=":
        return order >= 0 && compare(release.slice(0, wanted.length - 1), wanted.slice(0, -1)) === 0;
      case "==":
      case "===":
        return any ? begins : wanted.length === 3 && compare(release.slice(0, 2), wanted.slice(0, 2)) === 0;
      case "!=":
        return !(any && begins);
      default:
        return true;
    }
  });
}

/** Sorts two releases, like `1.9` and `1.10.post1`. */
export function compareReleases(one: string, other: string): number {
  const numbers = (version: string): number[] => version.split(/\D+/).map(Number);
  return compare(numbers(one), numbers(other));
}

/** Below, at or above zero, as in sorting; numbers that are not there are 0. */
function compare(one: number[], other: number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
