import { z } from "zod";
import { paths } from "../../../api/paths";
import { draftSchema, listedServersSchema } from "../../../api/schemas/drafts";
import { Scope } from "../../../api/scopes";
import { excess } from "../../../lib/json-size";
import { isMapping } from "../../../lib/mapping";
import { oneLine } from "../../../lib/plain-text";
import { registryServer, searchRegistry } from "../../../manifest/registry/client";
import { listedServer, registryEntry } from "../../../manifest/registry/listed-server";
import { HttpError, InvalidInput } from "../../http/problem";
import { draftOf, type Wanted } from "../drafts";
import { Questions } from "../questions";
import type { App, RouteContext } from "./context";
import { optionalBody } from "./params";

const tags = ["adding"];
const LIMIT = "a whole number from 1 to 100";

const listQuery = z.object({
  search: z.string().min(1, "a part of a name").max(100, "at most 100 characters").describe("Part of the name"),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).default(30),
});

const draftBody = z.strictObject({
  registry: z
    .strictObject({
      name: z.string().regex(/^\w[\w.-]*\/\w[\w.-]*$/, "a name of the registry, like io.github.user/weather"),
      version: z
        .string()
        .regex(/^\w[\w.+-]*$/, "an exact version")
        .optional()
        .describe("Default: the newest"),
    })
    .optional()
    .describe("A server of the config's registry"),
  document: z.record(z.string(), z.unknown(), "a server.json").optional().describe("A server.json, instead"),
  from: z
    .string()
    .regex(/^(npm|pypi):\S{1,214}$/, "a package, like npm:@me/weather or pypi:weather==1.0")
    .optional()
    .describe("With document: the package that it was made from, which the command names"),
  name: z.string().optional().describe("Default: from the document's"),
  package: z.string().optional().describe("Which of its packages. Default: the most complete one"),
  env: z.record(z.string(), z.string("text"), "a mapping of variables to text").optional(),
  egress: z
    .array(z.string("text"))
    .optional()
    .describe("Where it may go, as host:port. Default: undecided, so nowhere"),
});

const FROM_NAME =
  "made of the package's name alone; the command below asks the package for its program, and knows its recipe if there is one";
/** What of a registry's answer is turned into a folder. */
const MOST = { values: 5_000, levels: 100 };

/** Looks for servers to add, and shows what they would be. */
export function draftRoutes(app: App, { config, servers, deployer }: RouteContext): void {
  const { url, search } = config.registry;
  const questions = new Questions();

  const ask = async <Value>(question: () => Promise<Value>): Promise<Value> => {
    if (search) return questions.ask(url, question);
    throw new HttpError(
      409,
      "this stack's orchestrator may not ask a registry: set registrySearch in the config, and run bin/dind-mcp up; " +
        "bin/dind-mcp servers search WORD asks from the command line",
    );
  };

  const fromRegistry = async ({ name, version }: { name: string; version?: string | undefined }) => {
    const { document, notes } = registryEntry(await ask(() => registryServer(url, name, version)));
    const tooMuch = excess(JSON.stringify(document), MOST);
    if (tooMuch) throw new HttpError(502, `${url}: got ${tooMuch}, expected a server.json`);
    const got = oneLine(String(isMapping(document) ? document.version : undefined), 40);
    const newest = version === undefined ? [`version ${got} is the newest of the registry`] : [];
    return { document, from: `${name}@${got}`, notes: [...newest, ...notes] };
  };

  app.get(
    paths.registryServers,
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "searchRegistry",
        summary: "Servers of the MCP registry of the config (serverRegistry), by a part of their names",
        description:
          "What a registry says is what publishers say of themselves. 409 unless the config has registrySearch.",
        querystring: listQuery,
        response: { 200: listedServersSchema },
      },
    },
    async ({ query: { search: word, limit } }) => {
      const { servers: found, more } = await ask(() => searchRegistry(url, word, limit));
      return { registry: url, items: found.map(listedServer), more };
    },
  );

  app.post(
    paths.drafts,
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "draftServer",
        summary: "Makes a server's folder of a server.json as `servers add` does, without keeping it",
        description:
          "With what the server will be allowed, what is to be filled in, and whether it can be deployed through the API. Of the " +
          "registry's, or of a document that the body holds. No secret's value belongs in here.",
        body: optionalBody(draftBody),
        response: { 200: draftSchema },
      },
    },
    async ({ body: { registry, document, from, ...wishes } }) => {
      if ((registry === undefined) === (document === undefined)) {
        const got = registry ? "both" : "neither";
        throw new InvalidInput(422, [{ path: [], got, expected: "either registry or document" }]);
      }
      const source = registry ? await fromRegistry(registry) : fromDocument(document, from);
      const wanted: Wanted = { ...source, ...given(wishes) };
      return draftOf(wanted, servers.list(), deployer);
    },
  );
}

/** A document that somebody has, or that was made of a package's name. */
function fromDocument(given: unknown, from: string | undefined): Pick<Wanted, "document" | "from" | "notes"> {
  const { document, notes } = registryEntry(given);
  return from === undefined ? { document, notes } : { document, from, notes: [FROM_NAME, ...notes] };
}

/** Without the members that have no value. */
function given<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}
