import { AuditResult } from "../../../api/audit-result";
import type { Audit } from "../../audit/entry";
import type { CallTracer, TracedCall } from "../../tracing";
import type { CallObserver } from "../observer";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { TooMuch } from "../wire/parse-limits";
import type { CallTraces } from "./call-traces";

/** What the audit log, metrics and traces know of a request at its arrival. */
export interface CallRecord extends TracedCall {
  principal: string;
  /** The client's address. */
  client: string;
  /** A tool's call: what it was called with is read only when the call is over, as it may be large. */
  asked?: RequestFrame;
  /** `performance.now()` when the request's head was there. */
  arrived: number;
  /** `performance.now()` at the request's arrival. */
  began: number;
  /** `performance.now()` when it was sent to the server. */
  sent?: number;
  /** `performance.now()` when the server's answer was there. */
  answered?: number;
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
    private readonly traces?: CallTraces,
  ) {}

  /** Logs an unexpected error of the gateway during a request. */
  fault({ request, method }: CallRecord, error: Error): void {
    this.warn(`the request ${request} failed, ${method}`, error);
  }

  /** @param answer what came: one that tells of a failure is looked into for what the server was kept from */
  finished(call: CallRecord, result: AuditResult, code?: number, answer?: ResponseFrame): void {
    const isFailure = result === AuditResult.ToolError || result === AuditResult.Error;
    if (answer && isFailure && call.server) this.onFailure(call.server, answer.bytes.toString("utf8", 0, LOOKED_AT));
    const ended = performance.now();
    const ms = ended - call.began;
    this.observer.call(call.server ?? "", call.method, call.tool, result, ms / 1_000);
    this.tracer?.finished(call, result, code, ms);
    const { request, principal, session, server, method, tool, traceparent } = call;
    const known = Number.isSafeInteger(code) ? code : undefined; // a server may send any JSON value as the code
    const entry = { time: Date.now(), request, principal, session, server, method, tool, result, code: known };
    const { arrived, began, sent, answered } = call;
    this.traces?.add({ ...entry, traceparent, arrived, began, sent, answered, ended });
    this.audit.record({
      ...entry,
      kind: "mcp",
      client: call.client,
      arguments: call.asked && argumentsOf(call.asked),
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
