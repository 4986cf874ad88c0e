import { AuditResult } from "../../../api/audit-result";
import type { Audit } from "../../audit/entry";
import type { CallTracer, TracedCall } from "../../tracing";
import type { CallObserver } from "../observer";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { TooMuch } from "../wire/parse-limits";

/** What the audit log, metrics and traces know of a request at its arrival. */
export interface CallRecord extends TracedCall {
  principal: string;
  /** A tool's call: what it was called with is read only when the call is over, as it may be large. */
  asked?: RequestFrame;
  /** `performance.now()` at the request's arrival. */
  began: number;
}

/** Bytes of a failure that are looked into. */
const LOOKED_AT = 16_384;

/** Reports to audit log, metrics and traces how each request ended. */
export class Recorder {
  constructor(
    private readonly audit: Audit,
    private readonly observer: CallObserver,
    private readonly warn: (message: string, error: Error) => void,
    private readonly tracer?: CallTracer,
    private readonly onFailure: (server: string, answer: string) => void = () => {},
  ) {}

  /** Logs an unexpected error of the gateway during a request. */
  fault({ request, method }: CallRecord, error: Error): void {
    this.warn(`the request ${request} failed, ${method}`, error);
  }

  /** @param answer what came: one that tells of a failure is looked into for what the server was kept from */
  finished(call: CallRecord, result: AuditResult, code?: number, answer?: ResponseFrame): void {
    const isFailure = result === AuditResult.ToolError || result === AuditResult.Error;
    if (answer && isFailure && call.server) this.onFailure(call.server, answer.bytes.toString("utf8", 0, LOOKED_AT));
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
      arguments: call.asked && argumentsOf(call.asked),
      result,
      code: Number.isSafeInteger(code) ? code : undefined, // a server may send any JSON value as the code
      ms: Math.round(ms * 1_000) / 1_000,
    });
  }
}

function argumentsOf(call: RequestFrame): unknown {
  try {
    return call.at("params", "arguments");
  } catch (error) {
    if (error instanceof TooMuch) return `not kept: ${error.message}`;
    throw error;
  }
}

/** Returns the audit result for an answer. */
export function resultOf(answer: ResponseFrame): AuditResult {
  if (!answer.hasObject("error"))
    return answer.reads("true", "result", "isError") ? AuditResult.ToolError : AuditResult.Ok;
  if (answer.reads(String(ErrorCode.Timeout), "error", "code")) return AuditResult.Timeout;
  return answer.reads(String(ErrorCode.Denied), "error", "code") ? AuditResult.Denied : AuditResult.Error;
}

/** Returns the code of an answer's error. It is small: a server's other codes were mended. */
export function codeOf(answer: ResponseFrame): number | undefined {
  return answer.hasObject("error") ? (answer.at("error", "code") as number) : undefined;
}
