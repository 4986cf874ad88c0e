import type { Facts } from "./facts";

/** One thing about a container that is not as declared. Never holds a secret's value. */
export interface Difference {
  container: string;
  /** What differs, like `memory`, `capDrop`, `env.HOME`, `mounts./workspace`. */
  path: string;
  expected: string;
  got: string;
}

/** What may hold secrets that somebody put there by hand: of these the values are not shown. */
const HIDDEN = /^(env\.|manifest\.env\.|manifest\.build\.args|command$|entrypoint$|manifest\.transport\.command)/;
const LONGEST = 160;

function shown(path: string, value: string | undefined): string {
  if (value === undefined) return "nothing";
  if (HIDDEN.test(path)) return "another value";
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value || '""';
}

/**
 * Compares what is with what should be.
 * @param partly only what `expected` names is compared
 */
export function differences(container: string, expected: Facts, actual: Facts, partly = false): Difference[] {
  const paths = partly ? Object.keys(expected) : [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return paths
    .filter((path) => expected[path] !== actual[path])
    .map((path) => {
      const hidden = HIDDEN.test(path) && expected[path] !== undefined;
      return {
        container,
        path,
        expected: hidden ? "the declared value" : shown(path, expected[path]),
        got: shown(path, actual[path]),
      };
    })
    .sort((a, b) => a.path.localeCompare(b.path));
}
