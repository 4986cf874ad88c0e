import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AuditResult } from "../../../api/audit-result";
import { toolsSchema } from "../../../api/schemas/tools";
import { Scope } from "../../../api/scopes";
import type { CallOrigin } from "../../gateway/gateway-api";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams, optionalBody } from "./params";

const tags = ["tools"];

const callBody = z.strictObject({
  arguments: z.record(z.string(), z.unknown(), "a mapping").default({}).describe("As the tool's inputSchema says"),
});

const approveBody = z.strictObject({
  tools: z
    .record(z.string(), z.string().regex(/^[0-9a-f]{64}$/, "a digest: 64 digits, hex"), "a mapping of names to digests")
    .optional()
    .describe("Digests by name: only these tools are approved, and only if they are still so (else 409). Default: all"),
});

/** The tools of servers. */
export function toolRoutes(app: App, { servers, gateway }: RouteContext): void {
  app.get(
    "/v1/servers/:name/tools",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listTools",
        summary: "The server's tools, including those that clients do not see",
        params: nameParams,
        response: { 200: toolsSchema },
      },
    },
    async (request) => ({
      items: await gateway.tools(serverOf(servers, principalOf(request), request.params.name).name),
    }),
  );

  app.post(
    "/v1/servers/:name/tools/approve",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "approveTools",
        summary: "Approves the current definitions of the server's tools, of all or of some",
        params: nameParams,
        body: optionalBody(approveBody),
        response: { 200: toolsSchema },
      },
    },
    async (request) => ({
      items: await gateway.approveTools(
        serverOf(servers, principalOf(request), request.params.name).name,
        request.body.tools,
      ),
    }),
  );

  app.post(
    "/v1/servers/:name/tools/:tool/call",
    {
      config: { access: Scope.Mcp, takesArguments: true },
      schema: {
        tags,
        operationId: "callTool",
        summary: "Calls a tool",
        description:
          "In a session of the gateway's own. The answer is the tool's result as the server sent it; isError in it is the tool's own failure.",
        params: nameParams.extend({ tool: z.string().describe("Name of the tool, as the server has it") }),
        body: optionalBody(callBody),
        response: { 200: z.record(z.string(), z.unknown()).describe("CallToolResult of MCP") },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { name } = serverOf(servers, principal, request.params.name);
      const { arguments: given } = request.body;
      request.audited = { arguments: given };
      const result = await gateway.callTool(name, request.params.tool, given, principal, originOf(request, reply));
      if (result.isError === true) request.audited.result = AuditResult.ToolError;
      return result;
    },
  );
}

/** What a call's trace is kept under. */
function originOf({ id, headers: { traceparent } }: FastifyRequest, { elapsedTime }: FastifyReply): CallOrigin {
  const span = typeof traceparent === "string" ? { traceparent } : {};
  return { request: id, arrived: performance.now() - elapsedTime, ...span };
}
