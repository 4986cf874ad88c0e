import { AuditResult } from "../../../api/audit-result";
import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import { type CallOrigin, GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import type { ConnectionPool } from "../upstream/connection-pool";
import { ErrorCode, type JsonObject } from "../wire/json-rpc";
import type { Admission } from "./admission";
import { type AskMarks, ask } from "./ask";

/** What a call needs of its server and of the gateway. */
export interface DirectTarget {
  backend: Backend;
  pool: ConnectionPool;
  admission: Admission;
  context: Pick<GatewayContext, "calls" | "observer" | "onFailure" | "traces">;
}

/** A tool's call that did not come by MCP. */
export interface DirectCall {
  tool: string;
  args: JsonObject;
  principal: Principal;
  /** The HTTP request that it came in. @default none: it leaves no trace */
  origin?: CallOrigin;
}

/**
 * Calls a tool on a pooled connection, counts the call and keeps its trace.
 * @throws GatewayError 403 when the principal may not call it, else the server's error
 */
export async function directCall(target: DirectTarget, call: DirectCall): Promise<JsonObject> {
  const { backend, pool, admission, context } = target;
  const { tool, args, principal } = call;
  const began = performance.now();
  const marks: AskMarks = {};
  const refusal = admission.refusal({ method: "tools/call", tool }, principal);
  if (refusal) {
    trace(target, call, { began, ...marks }, AuditResult.Denied);
    throw refusal;
  }
  const done = context.calls.take(principal.name);
  const ended = (result: AuditResult): void => {
    context.observer.call(backend.name, "tools/call", tool, result, (performance.now() - began) / 1_000);
    trace(target, call, { began, ...marks }, result);
  };
  try {
    const params = { name: tool, arguments: args };
    const result = await ask(backend, pool, { principal: principal.name }, "tools/call", params, marks);
    ended(result.isError === true ? AuditResult.ToolError : AuditResult.Ok);
    if (result.isError === true) context.onFailure?.(backend.name, JSON.stringify(result.content ?? ""));
    return result;
  } catch (error) {
    const isLate = error instanceof GatewayError && error.code === ErrorCode.Timeout;
    ended(isLate ? AuditResult.Timeout : AuditResult.Error);
    throw error;
  } finally {
    done();
  }
}

function trace(
  { backend, context }: DirectTarget,
  { tool, principal, origin }: DirectCall,
  moments: AskMarks & { began: number },
  result: AuditResult,
): void {
  if (!origin) return;
  const what = { principal: principal.name, server: backend.name, method: "tools/call", tool, result };
  context.traces.add({ ...origin, ...moments, ...what, time: Date.now(), ended: performance.now() });
}
