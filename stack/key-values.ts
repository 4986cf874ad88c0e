import type { Settings } from "../config/settings";
import type { Problem } from "../lib/problems";
import { headerProblem } from "../manifest/proxy/key-lines";
import type { Manifest } from "../manifest/types";
import { certificatesIn } from "./pem";

/**
 * Secrets that the egress proxy is to put into requests, with values that no header can have, and authorities of their hosts that are
 * none: from a broken one on squid reads no other server's. Shows no value.
 */
export function keyValueProblems(
  servers: { manifest: Pick<Manifest, "name" | "secrets"> }[],
  { secrets }: Pick<Settings, "secrets">,
  file: string,
): Problem[] {
  return servers.flatMap(({ manifest: { name, secrets: asked } }) => {
    const problem = (secret: string, got: string, expected: string): Problem => {
      const fix = `bin/dind-mcp secrets set ${name} ${secret}`;
      return { file, path: `secrets.${name}.${secret}`, got, expected, fix };
    };
    const value = (secret: string): string | undefined => secrets[name]?.[secret];
    const kept = asked.flatMap(({ name: secret, inject }) => (inject ? [{ secret, ca: inject.ca?.secret }] : []));
    const keys = kept.flatMap(({ secret }): Problem[] => {
      const given = value(secret);
      const expected = given === undefined ? undefined : headerProblem(given);
      return expected ? [problem(secret, "another value", expected)] : [];
    });
    const authorities = [...new Set(kept.flatMap(({ ca }) => ca ?? []))].flatMap((secret): Problem[] => {
      const given = value(secret);
      const got = given === undefined ? undefined : certificatesIn(given).got;
      return got === undefined ? [] : [problem(secret, got, "PEM certificates")];
    });
    return [...keys, ...authorities];
  });
}
