import type { Problem } from "../lib/problems";
import type { Secret } from "./types";

/** A server or a shared service, and the secrets whose values the config has. */
export interface Asking {
  name: string;
  secrets: Secret[];
}

/** The secrets that the stack's config gives, as far as manifests meet them. */
export interface GivenSecrets {
  /** Server to the names of its secrets that have a value. */
  secrets: Record<string, string[]>;
  /** The file that gives them. */
  file: string;
}

/**
 * Secrets that have to have a value and have none, and values that no server reads.
 * @param asking the servers that run or are checked, and their shared services
 * @param known names of all servers and shared services of the catalog, right or wrong
 */
export function secretProblems(asking: Asking[], known: string[], { secrets, file }: GivenSecrets): Problem[] {
  const missing = asking.flatMap((one) =>
    one.secrets
      .filter(({ name, required }) => required && !secrets[one.name]?.includes(name))
      .map(({ name, description }) => ({
        file,
        path: `secrets.${one.name}.${name}`,
        got: "nothing",
        expected: `a value${description ? `: ${description}` : ""}`,
        fix: `bin/dind-mcp secrets set ${one.name} ${name}`,
      })),
  );
  // A value that no server reads has a misspelt name. Values of servers that are not selected, or whose manifest is
  // invalid, are fine.
  const unknown = Object.entries(secrets).flatMap(([server, names]) => {
    const found = asking.find(({ name }) => name === server);
    const declared = found ? found.secrets.map(({ name }) => name) : known.includes(server) ? names : [];
    return names
      .filter((name) => !declared.includes(name))
      .map((name) => ({
        file,
        path: `secrets.${server}.${name}`,
        got: "a value",
        expected: found
          ? `one of its secrets: ${declared.join(", ") || "it has none"}`
          : "the name of a server or a shared service",
        fix: `correct the spelling, or bin/dind-mcp secrets remove ${server} ${name}`,
      }));
  });
  return [...missing, ...unknown];
}
