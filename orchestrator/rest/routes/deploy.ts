import { z } from "zod";
import { prefixOf } from "../../../api/paths";
import { manifestSchema } from "../../../api/schemas/parts";
import { deployedSchema } from "../../../api/schemas/servers";
import { Scope } from "../../../api/scopes";
import { HttpError } from "../../http/problem";
import { mayUse } from "../../security/filters";
import { serverOf } from "../access";
import { summary } from "../server-views";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

const tags = ["servers"];

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

const removeQuery = z.strictObject({
  data: z.enum(["true", "false"], "true or false").default("false").describe("Its storage as well"),
});

/** Wraps a bare manifest, as `curl --data-binary @server.yaml` sends it: a deployment without secrets. */
function enveloped(body: unknown): unknown {
  const bare = typeof body === "object" && body !== null && !("manifest" in body) && "name" in body;
  return bare ? { manifest: body } : body;
}

/** Deploys servers beside the catalog's, and removes them. */
export function deployRoutes(app: App, context: RouteContext): void {
  const { servers, deployer, events } = context;

  app.post(
    "/v1/servers",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "deployServer",
        summary: "Deploys a server from a manifest, or replaces one that was deployed this way",
        description:
          "JSON, or YAML of at most 256 KiB. The server gets the same hardening as the catalog's, and no more than the stack's " +
          "config allows. Without `user` it gets a free one. The body may be the manifest alone, for a server without secrets. A server that " +
          "exists keeps the secrets that are left out, and is replaced only when the new one is healthy. The answer comes " +
          "then: 201 for a new server, 200 otherwise. GET /v1/events reports the steps (server.deploying).",
        consumes: ["application/json", "application/yaml"],
        body: z.preprocess(enveloped, deployBody),
        response: { 200: deployedSchema, 201: deployedSchema },
      },
    },
    async (request, reply) => {
      const { manifest, secrets } = request.body;
      const name = typeof manifest.name === "string" ? manifest.name : "";
      if (!mayUse(principalOf(request), name)) {
        throw new HttpError(403, `the token is for other servers than ${JSON.stringify(name)}`);
      }
      request.audited = { server: name };
      const told = (step: string) => events.emit("server.deploying", name, { step });
      const { server, change } = await deployer.deploy(manifest, secrets, told);
      if (change === "created")
        reply.status(201).header("Location", `${prefixOf(context.config.publicUrl)}/v1/servers/${name}`);
      return reply.send({ ...summary(server, context), change });
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
        description:
          "With its volumes and its network; what it keeps in its storage goes only with `data`. A server of the catalog " +
          "is 409: the stack would bring it back.",
        params: nameParams,
        querystring: removeQuery,
        response: { 204: z.null().describe("Removed") },
      },
    },
    async (request, reply) => {
      const { name, managedBy } = serverOf(servers, principalOf(request), request.params.name);
      if (managedBy !== "api") {
        const then = request.query.data === "true" ? ", then bin/dind-mcp servers cleanup --with-data" : "";
        throw new HttpError(409, `${name} is declared in the catalog: remove it there, and run bin/dind-mcp up${then}`);
      }
      await deployer.remove(name, request.query.data === "true");
      return reply.status(204).send(null);
    },
  );
}
