import { z } from "zod";
import { parseManifest } from "../../../mcp/manifest";
import { ProblemsError } from "../../../problems";
import { Scope } from "../../config";
import { mayUse } from "../../security/filters";
import { serverOf } from "../access";
import { type App, principalOf } from "../app";
import { HttpError } from "../problem";
import { manifestSchema, serverSchema } from "../schemas";
import { summary } from "../server-views";
import type { RouteContext } from "./context";
import { nameParams } from "./params";

const tags = ["servers"];

/** How problems name the body; only the keys in it matter to the caller. */
const BODY = "(body)";

const deployBody = z.strictObject(
  {
    manifest: manifestSchema.describe("The content of a server.yaml"),
    secrets: z
      .record(z.string(), z.string("text"), "a mapping of the manifest's secrets to text")
      .default({})
      .describe("Value by secret's name. It reaches the server as a file, and no log, label or answer"),
  },
  "a mapping with manifest, and secrets if it declares some",
);

/** A bare manifest, as `curl --data-binary @server.yaml` sends it, is one without secrets. */
function enveloped(body: unknown): unknown {
  const bare = typeof body === "object" && body !== null && !("manifest" in body) && "name" in body;
  return bare ? { manifest: body } : body;
}

/** Deploying servers beside the catalog's, and removing them. */
export function deployRoutes(app: App, context: RouteContext): void {
  const { servers, deployer } = context;

  app.post(
    "/v1/servers",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "deployServer",
        summary: "Deploys a server from a manifest",
        description:
          "JSON or YAML. The server gets the same hardening as the catalog's, and no more than the stack's config allows. " +
          "A body that is a bare manifest is taken as one without secrets. The answer comes when the server was started; GET /v1/events tells the steps.",
        consumes: ["application/json", "application/yaml"],
        body: z.preprocess(enveloped, deployBody),
        response: { 201: serverSchema },
      },
    },
    async (request, reply) => {
      const { manifest: document, secrets } = request.body;
      const { manifest, problems } = parseManifest(document, BODY);
      if (!manifest) throw new ProblemsError(problems);
      request.audited = { server: manifest.name };
      if (!mayUse(principalOf(request), manifest.name)) {
        throw new HttpError(403, `the token is for other servers than ${JSON.stringify(manifest.name)}`);
      }
      if (servers.get(manifest.name)) throw new HttpError(409, `there is a server ${manifest.name} already`);
      const server = await deployer.deploy(manifest, secrets);
      reply.status(201).header("Location", `/v1/servers/${server.name}`);
      return summary(server, context);
    },
  );

  app.delete(
    "/v1/servers/:name",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "removeServer",
        summary: "Removes a server that was deployed through this API",
        description: "With its volumes and its network. A server of the catalog is 409: the stack would bring it back.",
        params: nameParams,
        response: { 204: z.null().describe("Removed") },
      },
    },
    async (request, reply) => {
      const { name, managedBy } = serverOf(servers, principalOf(request), request.params.name);
      if (managedBy !== "api") {
        throw new HttpError(409, `${name} is declared in the catalog: remove it there, and run bin/dind-mcp up`);
      }
      await deployer.remove(name);
      return reply.status(204).send(null);
    },
  );
}
