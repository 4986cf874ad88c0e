import { z } from "zod";
import { Scope } from "../../config";
import type { App } from "../app";
import { cleanupSchema, engineSchema } from "../schemas";
import type { RouteContext } from "./context";
import { optionalBody } from "./params";

const tags = ["engine"];

/** The engine, and what nobody owns in it. */
export function engineRoutes(app: App, { engine, cleanup }: RouteContext): void {
  app.get(
    "/v1/engine",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getEngine",
        summary: "The Docker engine: version, containers, memory, disk",
        response: { 200: engineSchema },
      },
    },
    () => engine.info(),
  );

  app.get(
    "/v1/cleanup",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "planCleanup",
        summary: "What nobody owns in the engine",
        response: { 200: cleanupSchema },
      },
    },
    async () => ({ dryRun: true, items: await cleanup.list() }),
  );

  app.post(
    "/v1/cleanup",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "cleanUp",
        summary: "Removes what nobody owns; only tells it unless dryRun is false",
        body: optionalBody(z.strictObject({ dryRun: z.boolean("true or false").default(true) })),
        response: { 200: cleanupSchema },
      },
    },
    async (request) => {
      const { dryRun } = request.body;
      return { dryRun, items: dryRun ? await cleanup.list() : await cleanup.remove() };
    },
  );
}
