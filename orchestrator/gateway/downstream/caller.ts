import type { Arrival } from "../../http/front";
import type { Principal } from "../../security/principal";
import { traceparentOf } from "../../tracing";
import { Exchange, type Reply } from "../calls/exchange";
import type { Recorder } from "../calls/recorder";
import { GatewayError } from "../gateway-api";
import type { RequestFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import type { OnEnd, Session } from "./session";

/** Most characters of an `initialize`: each session keeps its own in memory. */
const INITIALIZE_LIMIT = 64 * 1024;

/** Makes an endpoint's session. The caller registers and starts it. */
export type NewSession = (principal: Principal, onEnd: OnEnd) => Session;

/** Who sends an HTTP request, and to which server. */
export interface Caller {
  principal: Principal;
  arrival: Arrival;
  server: string | undefined;
  /** `performance.now()` when the request's head was there. */
  arrived: number;
  /** The header `traceparent`, which names the client's span. */
  traceparent?: string;
}

/** Makes the exchange for a caller's request, with the record for the logs. @param key the session's Mcp-Session-Id */
export function exchangeOf(
  request: RequestFrame,
  { principal, arrival, server, arrived, traceparent }: Caller,
  reply: Reply,
  recorder: Recorder,
  key?: string,
): Exchange {
  const { method, tool } = request;
  const call = {
    request: arrival.id,
    principal: principal.name,
    client: arrival.client,
    session: key?.slice(0, 8),
    server,
    method,
    tool,
    traceparent: traceparentOf(request.meta, traceparent),
    asked: method === "tools/call" ? request : undefined,
    arrived,
    began: performance.now(),
    sent: undefined,
    answered: undefined,
  };
  return new Exchange(request, principal, call, reply, recorder);
}

/** Checks the size of an `initialize`, which a session keeps for the server's next process. @throws GatewayError 413 */
export function checkInitialize({ text }: RequestFrame): void {
  if (text.length <= INITIALIZE_LIMIT) return;
  throw new GatewayError(413, ErrorCode.InvalidRequest, `initialize is larger than ${INITIALIZE_LIMIT} characters`);
}

/** Returns the error for a session that has ended. On this status, code and text the SDKs open a new session. */
export function sessionNotFound(what = "begin again with initialize"): GatewayError {
  const words = `Session not found: it has ended, ${what}`;
  return new GatewayError(404, ErrorCode.SessionNotFound, words);
}

/** Returns a header's first value. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
