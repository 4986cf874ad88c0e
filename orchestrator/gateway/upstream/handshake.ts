import { GatewayError } from "../gateway-api";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode, objectOf } from "../wire/json-rpc";
import { answerTo, NoAnswer } from "./answer-to";
import { type Backend, startTimeout } from "./backend";
import type { Connection } from "./connection";
import { ModernAsLegacy } from "./translate/modern-as-legacy";
import type { Upstream } from "./upstream";

/** A connection on which `initialize` was answered. */
export interface Handshake<C> {
  connection: C;
  /** Its process had been waiting. */
  warm: boolean;
  /** The server's answer: a result, or its refusal. */
  answer: ResponseFrame;
}

/** A server of the modern era has no `initialize`: it answers with one of these. */
const NOT_MY_ERA: number[] = [
  ErrorCode.MethodNotFound,
  ErrorCode.UnsupportedVersion,
  ErrorCode.InvalidParams,
  ErrorCode.InvalidRequest,
];

/**
 * Opens a connection of the legacy era. A server that only knows the modern era is spoken to through a translator.
 * @param initialize the client's own: it goes to the server as it is
 * @param make what the caller makes of the way to the server
 * @param signal nobody waits any more
 * @throws GatewayError when there is no connection, the process ends, or there is no answer in time
 */
export async function handshake<C extends Connection>(
  backend: Backend,
  initialize: RequestFrame,
  make: (upstream: Upstream) => C,
  signal?: AbortSignal,
): Promise<Handshake<C>> {
  const { eras } = backend;
  if (eras.legacy !== false) {
    const { upstream, warm } = await backend.open();
    const connection = make(upstream);
    const answer = await initialized(backend, connection, initialize, signal);
    if (!answer.error) eras.legacy = true;
    if (!answer.error || eras.legacy || !NOT_MY_ERA.includes(answer.error.code)) return { connection, answer, warm };
    connection.close();
  }
  const { upstream, warm } = await backend.open();
  const connection = make(new ModernAsLegacy(upstream));
  const answer = await initialized(backend, connection, initialize, signal);
  if (!answer.error) backend.eras = { legacy: false, modern: true };
  return { connection, answer, warm };
}

async function initialized(
  backend: Backend,
  connection: Connection,
  initialize: RequestFrame,
  signal: AbortSignal | undefined,
): Promise<ResponseFrame> {
  const limit = startTimeout(backend.info());
  try {
    const answer = await answerTo((call) => connection.send(call), { request: initialize }, limit, signal);
    if (!answer.error) backend.capabilities ??= objectOf(answer.at("result", "capabilities"));
    return answer;
  } catch (error) {
    connection.close();
    if (!(error instanceof NoAnswer)) throw error;
    const failed = (status: number, code: number, words: string): GatewayError =>
      new GatewayError(status, code, `server ${backend.name}: ${words}`, { server: backend.name });
    const { why } = error;
    if (why === "late") throw failed(504, ErrorCode.Timeout, `no answer to initialize within ${limit} ms`);
    if (why === "left")
      throw failed(503, ErrorCode.ServerUnavailable, "the session ended before initialize was answered");
    if (why.busy) throw failed(503, ErrorCode.Busy, why.reason);
    throw failed(502, ErrorCode.ServerUnavailable, `${why.reason} before it answered initialize`);
  }
}
