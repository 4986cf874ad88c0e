import { z } from "zod";
import { paths } from "../../../api/paths";
import { catalogOfferSchema, packageSourceSchema } from "../../../api/schemas/drafts";
import { Scope } from "../../../api/scopes";
import { type FoundPackages, lookUpPypi, packageDocument, searchNpm } from "../../../manifest/registry/packages";
import { HttpError } from "../../http/problem";
import { mayUse } from "../../security/filters";
import { Questions } from "../questions";
import { type App, principalOf, type RouteContext } from "./context";

const tags = ["adding"];
const LIMIT = "a whole number from 1 to 50";

type PackageSource = z.output<typeof packageSourceSchema>;

const packagesQuery = z.object({
  search: z.string().min(1, "a word").max(100, "at most 100 characters").describe("A word; for PyPI a package's name"),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(50, LIMIT).default(20).describe("Packages of npm at most"),
});

/** What could be added beside the MCP registry's servers: the catalog's own, and packages. */
export function offerRoutes(app: App, { config, servers }: RouteContext): void {
  const { npm, pypi } = config.registry;
  const questions = new Questions();

  /** Asks one registry. What it fails with is a part of the answer, as it must not hide what another one has. */
  const asked = async (
    kind: PackageSource["kind"],
    { url, key, ask }: { url: string | undefined; key: string; ask: (url: string) => Promise<FoundPackages> },
  ): Promise<PackageSource> => {
    const none = { kind, items: [], more: false };
    if (!url) return { ...none, state: "not-configured", problem: `the config has no ${key}` };
    try {
      const { items, more } = await questions.ask(url, () => ask(url));
      const found = items.map((one) => {
        const { name, version, description } = one;
        const source = kind === "npm" ? `npm:${name}@${version}` : `pypi:${name}==${version}`;
        return { name, version, description, source, document: packageDocument(one) };
      });
      return { kind, url, state: "ok", items: found, more };
    } catch (error) {
      if (error instanceof HttpError) return { ...none, url, state: "failed", problem: error.message };
      throw error;
    }
  };

  app.get(
    paths.catalog,
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listCatalog",
        summary: "Servers of the catalog that the stack does not run, with what each would be allowed",
        description: "As of the latest `up`. At most about 48 kB of them.",
        response: { 200: z.object({ items: z.array(catalogOfferSchema) }) },
      },
    },
    (request) => {
      const principal = principalOf(request);
      const offers = config.catalog.filter(({ name }) => !servers.get(name) && mayUse(principal, name));
      return { items: offers };
    },
  );

  app.get(
    paths.registryPackages,
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "searchPackages",
        summary: "Packages of npm (by a word) and of PyPI (by their name), of the registries of the config",
        description:
          "Registries are those of npmRegistry and pypiIndex; one that the config does not have is `not-configured`. PyPI has no " +
          "search: there the word is a package's whole name. Nobody says that a package is an MCP server.",
        querystring: packagesQuery,
        response: { 200: z.object({ sources: z.array(packageSourceSchema) }) },
      },
    },
    async ({ query: { search, limit } }) => ({
      sources: await Promise.all([
        asked("npm", { url: npm, key: "npmRegistry", ask: (url) => searchNpm(url, search, limit) }),
        asked("pypi", { url: pypi, key: "pypiIndex", ask: (url) => lookUpPypi(url, search.trim()) }),
      ]),
    }),
  );
}
