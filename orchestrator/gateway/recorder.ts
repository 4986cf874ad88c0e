import { type Audit, AuditResult } from "../audit/entry";
import type { CallObserver } from "../metrics/observer";
import { ErrorCode, type Message } from "./json-rpc";

/** What is known of a request when it comes. */
export interface CallRecord {
  /** Request id of its HTTP request. */
  request: string;
  principal: string;
  session?: string;
  /** Undefined where the request concerns all servers. */
  server?: string;
  method: string;
  tool?: string;
  arguments?: unknown;
  /** performance.now() at its arrival. */
  began: number;
}

/** Tells audit log and metrics how each request ended. */
export class Recorder {
  constructor(
    private readonly audit: Audit,
    private readonly observer: CallObserver,
  ) {}

  finished(call: CallRecord, result: AuditResult, code?: number): void {
    const ms = performance.now() - call.began;
    this.observer.call(call.server ?? "", call.method, call.tool, result, ms / 1_000);
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
      code,
      ms: Math.round(ms * 1_000) / 1_000,
    });
  }
}

/** How a response counts. */
export function resultOf({ error, result }: Message): AuditResult {
  if (!error) return result?.isError === true ? AuditResult.ToolError : AuditResult.Ok;
  if (error.code === ErrorCode.Timeout) return AuditResult.Timeout;
  return error.code === ErrorCode.Denied ? AuditResult.Denied : AuditResult.Error;
}
