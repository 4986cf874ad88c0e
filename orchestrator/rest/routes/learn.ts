import { z } from "zod";
import { mcpPath } from "../../../api/paths";
import { learnedSchema, learningSchema } from "../../../api/schemas/learning";
import { Scope } from "../../../api/scopes";
import type { LearningCopy } from "../../servers/docker/learn/learner";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams, optionalBody } from "./params";

const tags = ["servers"];
const MINUTES = "a whole number from 1 to 120";
const learnBody = z.strictObject({
  minutes: z.int(MINUTES).min(1, MINUTES).max(120, MINUTES).default(10).describe("After so long it ends by itself"),
});

/** Throwaway copies of servers that show what the servers need. */
export function learnRoutes(app: App, { servers, learner, config }: RouteContext): void {
  const shown = ({ server, copy, until }: LearningCopy) => ({
    ...{ server, copy, url: config.publicUrl + mcpPath(copy), until: new Date(until).toISOString() },
  });

  app.post(
    "/v1/servers/:name/learn",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "startLearning",
        summary: "Makes a throwaway copy of the server that shows what the server needs",
        description:
          "With its secrets, empty storage and no folder of the host. It reaches every public host, its root file system can be " +
          "written, and it has more room: docs/security.md. One at a time. The answer comes when it is healthy.",
        params: nameParams,
        body: optionalBody(learnBody),
        response: { 201: learningSchema },
      },
    },
    async (request, reply) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      return reply.status(201).send(shown(await learner.start(name, request.body.minutes)));
    },
  );

  app.get(
    "/v1/servers/:name/learn",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getLearned",
        summary: "What the copy has shown until now, as parts of a manifest",
        params: nameParams,
        response: { 200: learnedSchema },
      },
    },
    async (request) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      const report = await learner.report(name);
      return { ...report, ...shown(report) };
    },
  );

  app.delete(
    "/v1/servers/:name/learn",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "endLearning",
        summary: "Removes the copy with all that it kept",
        params: nameParams,
        response: { 204: z.null().describe("Removed") },
      },
    },
    async (request, reply) => {
      await learner.end(serverOf(servers, principalOf(request), request.params.name).name);
      return reply.status(204).send(null);
    },
  );
}
