import type { Settings } from "../config/settings";
import type { Problem } from "../lib/problems";
import type { CatalogServer } from "../manifest/catalog";
import { headerProblem } from "../manifest/proxy/key-lines";

/** Secrets that the egress proxy is to put into requests, with values that no header can have. Shows no value. */
export function keyValueProblems(
  servers: CatalogServer[],
  { secrets }: Pick<Settings, "secrets">,
  file: string,
): Problem[] {
  return servers.flatMap(({ manifest: { name, secrets: asked } }) =>
    asked.flatMap(({ name: secret, inject }): Problem[] => {
      const value = secrets[name]?.[secret];
      const expected = inject && value !== undefined ? headerProblem(value) : undefined;
      const fix = `bin/dind-mcp secrets set ${name} ${secret}`;
      return expected ? [{ file, path: `secrets.${name}.${secret}`, got: "another value", expected, fix }] : [];
    }),
  );
}
