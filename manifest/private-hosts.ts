import type { Problem } from "../lib/problems";
import { PUBLIC, parseEgress } from "./egress-hosts";
import type { Manifest } from "./types";

/** The stack's config, as far as it opens hosts of private networks to servers. */
export interface Granting {
  /** Server to `host:port`. */
  privateHosts: Record<string, string[]>;
  /** The file that grants. */
  file: string;
}

/** A problem of a server's manifest, at the index of a line of `egress`. */
interface EgressProblem extends Pick<Problem, "got" | "expected" | "fix"> {
  line: number;
}

/** Hosts of private networks that a manifest lists and the config does not open to its server. */
export function notGranted({ name, egress }: Manifest, { privateHosts, file }: Granting): EgressProblem[] {
  const granted = Object.hasOwn(privateHosts, name) ? (privateHosts[name] ?? []) : [];
  return egress.flatMap((text, line): EgressProblem[] => {
    const target = text === PUBLIC ? undefined : parseEgress(text);
    if (typeof target !== "object" || !target.isPrivate || granted.includes(text)) return [];
    const expected = `a public name, or a private host that the stack opens to ${name}: ${granted.join(", ") || "it opens it none"}`;
    return [
      { line, got: JSON.stringify(text), expected, fix: `open it in ${file}: privateHosts: {${name}: ["${text}"]}` },
    ];
  });
}

/**
 * Hosts that are opened to a server that is not there, or that does not list them: a misspelt name, or a wall opened for nobody.
 * @param servers the servers that run, and how problems name their manifests
 * @param known names of all servers of the catalog, right or wrong
 */
export function grantedInVain(
  servers: { manifest: Manifest; file: string }[],
  known: string[],
  { privateHosts, file }: Granting,
): Problem[] {
  return Object.entries(privateHosts).flatMap(([name, hosts]): Problem[] => {
    if (!known.includes(name)) {
      const expected = `servers of the catalog: ${known.join(", ") || "it has none"}`;
      const fix = "correct the spelling, or remove it";
      return [{ file, path: `privateHosts.${name}`, got: JSON.stringify(name), expected, fix }];
    }
    const server = servers.find(({ manifest }) => manifest.name === name);
    if (!server) return [];
    return hosts.flatMap((host, index): Problem[] => {
      if (server.manifest.egress.includes(host)) return [];
      const fix = `add \`egress: ["${host}"]\` to ${server.file}, or remove it here`;
      const expected = "a host that the server's manifest lists in egress";
      return [{ file, path: `privateHosts.${name}.${index}`, got: JSON.stringify(host), expected, fix }];
    });
  });
}
