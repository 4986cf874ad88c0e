import { z } from "zod";
import { fragmentSchema } from "./parts";

/** A server that the registry has. */
export const listedServerSchema = z
  .object({
    name: z.string().describe("In the registry, like io.github.user/weather"),
    title: z.string().optional(),
    description: z.string(),
    version: z.string(),
    status: z.string().optional().describe("What the registry calls it other than active, like deprecated"),
    packages: z.array(z.string()).describe("npm:NAME and the like"),
    remotes: z.int().describe("How many addresses it is served at"),
    runs: z.boolean().describe("One of its packages can run here"),
  })
  .meta({ id: "ListedServer", description: "The registry's words: nobody has looked at the program" });

export const listedServersSchema = z.object({
  registry: z.string().describe("Its URL"),
  items: z.array(listedServerSchema),
  more: z.boolean().describe("The registry has more of them"),
});

/** What a server may do beyond what every server may. */
export const openingsSchema = z.object({
  egress: z.array(z.string()).describe("What it may reach: host:port, or public"),
  storage: z.array(z.string()).describe("Folders that it keeps, with their sizes"),
  mounts: z.array(z.string()).describe("Folders that it shares with others or with the host"),
  secrets: z.array(
    z.object({
      name: z.string(),
      env: z.string().optional(),
      description: z.string().optional(),
      required: z.boolean(),
    }),
  ),
  other: z.array(z.string()).describe("Other keys that open something: database, services, scratch, browser"),
  limits: z
    .object({ cpus: z.number(), memory: z.string(), processes: z.int() })
    .optional()
    .describe("Absent while the manifest is not complete"),
});

/** A server of the catalog that the stack does not run. */
export const catalogOfferSchema = z
  .object({
    name: z.string(),
    title: z.string().optional(),
    description: z.string(),
    version: z.string(),
    opens: openingsSchema,
    steps: z.array(z.string()).describe("The commands that add it to the servers that run"),
  })
  .meta({ id: "CatalogOffer" });

/** What a registry of packages has under a word. */
export const packageSourceSchema = z
  .object({
    kind: z.enum(["npm", "pypi"]),
    state: z.enum(["ok", "not-configured", "failed"]),
    url: z.string().optional().describe("The registry's, when there is one in the config"),
    problem: z.string().optional().describe("Why there is nothing, in words"),
    items: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        description: z.string(),
        source: z
          .string()
          .describe("What `servers add` takes, and `from` of a draft: npm:NAME@VERSION or pypi:NAME@VERSION"),
        document: fragmentSchema.describe("A server.json made of the name alone, for a draft"),
      }),
    ),
    more: z.boolean().describe("The registry has more of them"),
  })
  .meta({ id: "PackageSource", description: "Packages by their names: nobody says that they are MCP servers" });

export const draftSchema = z
  .object({
    name: z.string(),
    from: z.string().describe("What it is made from, with the version"),
    files: z.record(z.string(), z.string()).describe("The folder for the catalog: text by file name"),
    manifest: fragmentSchema.describe(
      "The same as server.yaml, without the user: to be deployed through POST /v1/servers",
    ),
    opens: openingsSchema,
    needs: z.array(z.object({ path: z.string(), text: z.string() })).describe("What is to be filled in"),
    notes: z.array(z.string()),
    deployable: z.boolean(),
    obstacles: z.array(z.string()).describe("Why it cannot be deployed through the API"),
    command: z.string().describe("What makes the same folder on the command line"),
  })
  .meta({ id: "Draft" });
