import type { Principal } from "../../security/principal";
import { traceparentOf } from "../../tracing";
import { Exchange, type Reply } from "../calls/exchange";
import type { Recorder } from "../calls/recorder";
import { GatewayError } from "../gateway-api";
import type { RequestFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import type { OnEnd, Session } from "./session";

/** Characters of an `initialize`. */
const INITIALIZE_LIMIT = 64 * 1024;

/** Makes the session of an endpoint; it is not known to anybody until it has started. */
export type NewSession = (principal: Principal, onEnd: OnEnd) => Session;

/** Who asks, and for what. */
export interface Caller {
  principal: Principal;
  requestId: string;
  server: string | undefined;
  /** The header: the client's span in a trace. */
  traceparent?: string;
}

/** A request of a caller's, and what the log keeps of it. @param key of its session */
export function exchangeOf(
  request: RequestFrame,
  { principal, requestId, server, traceparent }: Caller,
  reply: Reply,
  recorder: Recorder,
  key?: string,
): Exchange {
  const { method, tool } = request;
  const call = {
    request: requestId,
    principal: principal.name,
    session: key?.slice(0, 8),
    server,
    method,
    tool,
    traceparent: traceparentOf(request.meta, traceparent),
    arguments: method === "tools/call" ? request.at("params", "arguments") : undefined,
    began: performance.now(),
  };
  return new Exchange(request, principal, call, reply, recorder);
}

/** A session keeps its `initialize`, to begin anew with it. @throws GatewayError 413 */
export function checkInitialize({ text }: RequestFrame): void {
  if (text.length <= INITIALIZE_LIMIT) return;
  throw new GatewayError(413, ErrorCode.InvalidRequest, `initialize is larger than ${INITIALIZE_LIMIT} characters`);
}

/** What a client is told of a session that is gone: with this status, code and words the SDKs begin a new one. */
export function sessionNotFound(what = "begin again with initialize"): GatewayError {
  const words = `Session not found: it has ended, ${what}`;
  return new GatewayError(404, ErrorCode.SessionNotFound, words);
}

/** A header that must not come twice. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
