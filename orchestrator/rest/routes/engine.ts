import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { cleanupSchema, engineSchema } from "../../../api/schemas/engine";
import { Scope } from "../../../api/scopes";
import { PATHS } from "../../../config/orchestrator-config";
import { within } from "../../../lib/within";
import { mayUse } from "../../security/filters";
import { certificateEnds } from "../../servers/docker/certificate-ends";
import type { Orphan } from "../../servers/docker/cleanup-plan";
import { type App, principalOf, type RouteContext } from "./context";
import { optionalBody } from "./params";

const tags = ["engine"];
/** Milliseconds to wait for Docker to measure the disk. A later result goes to the next request. */
const DISK_MS = 2_000;

const cleanupBody = z.strictObject({
  dryRun: z.boolean("true or false").default(true).describe("Only list what would be removed"),
  force: z.boolean("true or false").default(false).describe("Running containers of unknown origin as well"),
  data: z.boolean("true or false").default(false).describe("Storage that no server has any more as well"),
});

/** The engine, and what nobody owns in it. */
export function engineRoutes(app: App, { engine, cleanup, certificates = PATHS.certificates }: RouteContext): void {
  const seen = async (request: FastifyRequest, what: { force?: boolean; data?: boolean } = {}): Promise<Orphan[]> => {
    const principal = principalOf(request);
    const all = await cleanup.plan(what);
    return all.filter(({ server }) => server === undefined || mayUse(principal, server));
  };

  app.get(
    "/v1/engine",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getEngine",
        summary: "The Docker engine: version, containers, memory, disk, isolation, certificates' ends",
        response: { 200: engineSchema },
      },
    },
    async () => {
      const counting = engine.disk();
      counting.catch(() => {}); // if info fails first, nobody awaits this one
      const [info, ends] = await Promise.all([engine.info(), certificateEnds(certificates)]);
      const disk = await within(DISK_MS, counting);
      const times = Object.entries(ends).map(([name, end]) => [name, new Date(end * 1_000).toISOString()]);
      return {
        ...info,
        certificates: Object.fromEntries(times),
        disk: disk && { ...disk, time: new Date(disk.time).toISOString() },
      };
    },
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
    async (request) => ({ dryRun: true, items: await seen(request) }),
  );

  app.post(
    "/v1/cleanup",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "cleanUp",
        summary: "Removes what nobody owns; only lists it unless dryRun is false",
        body: optionalBody(cleanupBody),
        response: { 200: cleanupSchema },
      },
    },
    async (request) => {
      const { dryRun, ...what } = request.body;
      if (dryRun) return { dryRun, items: await seen(request, what) };
      // A token for some servers removes only what it sees. To see measures the disk, so other tokens skip that.
      const only = principalOf(request).servers && (await seen(request, what)).map(({ id }) => id);
      const { removed, failed } = await cleanup.run({ ...what, only });
      return { dryRun, items: [...removed, ...failed] };
    },
  );
}
