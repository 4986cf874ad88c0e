import type { Problem } from "../lib/problems";
import { configuredSecrets } from "./manifest";
import type { Manifest } from "./types";

/** The secrets that the stack's config gives, as far as manifests meet them. */
export interface GivenSecrets {
  /** Server to the names of its secrets that have a value. */
  secrets: Record<string, string[]>;
  /** The file that gives them. */
  file: string;
}

/**
 * Secrets that have to have a value and have none, and values that no server reads.
 * @param manifests of the servers that run, or that are checked
 * @param known names of all servers of the catalog, right or wrong
 */
export function secretProblems(manifests: Manifest[], known: string[], { secrets, file }: GivenSecrets): Problem[] {
  const missing = manifests.flatMap((manifest) =>
    configuredSecrets(manifest)
      .filter(({ name, required }) => required && !secrets[manifest.name]?.includes(name))
      .map(({ name, description }) => ({
        file,
        path: `secrets.${manifest.name}.${name}`,
        got: "nothing",
        expected: `a value${description ? `: ${description}` : ""}`,
        fix: `bin/dind-mcp secrets set ${manifest.name} ${name}`,
      })),
  );
  // A value that no server reads has a misspelt name. Values of servers that are not selected, or whose manifest is
  // invalid, are fine.
  const unknown = Object.entries(secrets).flatMap(([server, names]) => {
    const manifest = manifests.find(({ name }) => name === server);
    const declared = manifest
      ? configuredSecrets(manifest).map(({ name }) => name)
      : known.includes(server)
        ? names
        : [];
    return names
      .filter((name) => !declared.includes(name))
      .map((name) => ({
        file,
        path: `secrets.${server}.${name}`,
        got: "a value",
        expected: manifest ? `one of the server's secrets: ${declared.join(", ") || "it has none"}` : "a server's name",
        fix: `correct the spelling, or bin/dind-mcp secrets remove ${server} ${name}`,
      }));
  });
  return [...missing, ...unknown];
}
