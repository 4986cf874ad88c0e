import { resolve } from "node:path";
import type { Settings } from "../config/settings";
import { isMapping } from "../lib/mapping";
import { ProblemsError } from "../lib/problems";
import type { CatalogOffer } from "../manifest/draft/offer";
import { openingsOf } from "../manifest/draft/openings";
import { catalogEntries, loadCatalog } from "../manifest/load-catalog";

/** Bytes of all offers as JSON: they go into the orchestrator's environment, where Linux takes 128 KiB a variable. */
const MOST_BYTES = 48 * 2 ** 10;

/**
 * Returns the catalog's servers that the config does not select, sorted by name, as many as there is room for. What is
 * wrong with the catalog is told elsewhere: then there are none.
 */
export function catalogOffers(
  { catalog, servers }: Pick<Settings, "catalog" | "servers">,
  stack: string,
  root = process.cwd(),
): CatalogOffer[] {
  if (servers.length === 0) return []; // all of them run
  const option = stack === "dev" ? "" : ` --stack ${stack}`;
  const offers = all(catalog, root)
    .filter(({ manifest }) => !servers.includes(manifest.name))
    .map(({ folder, manifest }): CatalogOffer => {
      const { name, title, description, version } = manifest;
      const [entry] = catalogEntries([resolve(root, folder)], root);
      const select = `pulumi config set${option} --path 'dind-mcp:servers[${servers.length}]' ${name}`;
      return {
        ...{ name, ...(title ? { title } : {}), description, version },
        opens: openingsOf(isMapping(entry?.document) ? entry.document : {}, manifest),
        steps: [`eval "$(bin/dind-mcp env${option})"`, select, `bin/dind-mcp up${option}`],
      };
    });
  let left = MOST_BYTES;
  return offers.filter((offer) => {
    left -= Buffer.byteLength(JSON.stringify(offer));
    return left >= 0;
  });
}

function all(catalog: string[], root: string): ReturnType<typeof loadCatalog> {
  try {
    return loadCatalog(catalog, {}, root);
  } catch (error) {
    if (error instanceof ProblemsError) return [];
    throw error;
  }
}
