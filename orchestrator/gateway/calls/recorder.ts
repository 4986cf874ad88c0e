import { AuditResult } from "../../../api/audit-result";
import type { Audit } from "../../audit/entry";
import type { CallTracer, TracedCall } from "../../tracing";
import type { CallObserver } from "../observer";
import type { ResponseFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";

/** What is known of a request when it comes. */
export interface CallRecord extends TracedCall {
  principal: string;
  arguments?: unknown;
  /** performance.now() at its arrival. */
  began: number;
}

/** Tells audit log and metrics how each request ended. */
export class Recorder {
  constructor(
    private readonly audit: Audit,
    private readonly observer: CallObserver,
    private readonly tracer?: CallTracer,
  ) {}

  finished(call: CallRecord, result: AuditResult, code?: number): void {
    const ms = performance.now() - call.began;
    this.observer.call(call.server ?? "", call.method, call.tool, result, ms / 1_000);
    this.tracer?.finished(call, result, code, ms);
    this.audit.record({
      time: Date.now(),
      kind: "mcp",
      request: call.request,
      principal: call.principal,
      session: call.session,
      server: call.server,
      method: call.method,
      tool: call.tool,
      arguments: call.arguments,
      result,
      code: Number.isSafeInteger(code) ? code : undefined, // a server may send anything there
      ms: Math.round(ms * 1_000) / 1_000,
    });
  }
}

/** How a response counts. */
export function resultOf(answer: ResponseFrame): AuditResult {
  const { error } = answer;
  if (!error) return answer.at("result", "isError") === true ? AuditResult.ToolError : AuditResult.Ok;
  if (error.code === ErrorCode.Timeout) return AuditResult.Timeout;
  return error.code === ErrorCode.Denied ? AuditResult.Denied : AuditResult.Error;
}
