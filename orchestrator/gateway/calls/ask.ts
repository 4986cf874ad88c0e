import { GatewayError } from "../gateway-api";
import { answerTo, NoAnswer } from "../upstream/answer-to";
import { type Backend, callTimeout } from "../upstream/backend";
import type { ConnectionPool, ConnectionUse } from "../upstream/connection-pool";
import { named } from "../upstream/named";
import { Frame } from "../wire/frame";
import { ErrorCode, type JsonObject, objectOf } from "../wire/json-rpc";
import { modernRequest } from "../wire/modern-send";
import { TooMuch } from "../wire/parse-limits";

/** Moments of a request, by `performance.now()`; `ask` writes them. */
export interface AskMarks {
  /** It was sent to the server. */
  sent?: number;
  /** The server's answer was there. */
  answered?: number;
}

/**
 * Sends a request to a server on a pooled connection, in the era that the server speaks, and returns the result.
 * Numbers in the result keep every digit.
 * @param who the principal whose connection carries the request: no process serves two principals
 * @param marks what becomes known of its time
 * @param isRetry true for the second and last attempt, after a session that ended before the server took the request
 * @throws GatewayError with the server's own error, or with the reason why no answer came
 */
export async function ask(
  backend: Backend,
  pool: ConnectionPool,
  who: Pick<ConnectionUse, "principal" | "brief">,
  method: string,
  params: JsonObject,
  marks: AskMarks = {},
  isRetry = false,
): Promise<JsonObject> {
  const connection = await pool.acquire({ ...who, capabilities: {}, exclusive: false });
  const asked =
    connection.era === "modern" ? modernRequest(0, method, params) : { request: Frame.request(0, method, params) };
  const limit = callTimeout(backend.info());
  try {
    marks.sent = performance.now();
    const answer = await answerTo((call) => connection.use(call), asked, limit);
    marks.answered = performance.now();
    const { error } = answer;
    if (!error) return objectOf(answer.exact("result"));
    throw new GatewayError(502, error.code, named(backend.name, error.message));
  } catch (error) {
    if (error instanceof TooMuch) throw new GatewayError(502, error.code, named(backend.name, error.message));
    if (!(error instanceof NoAnswer)) throw error;
    const { why } = error;
    if (typeof why === "object") {
      if (why.untouched && !isRetry) return ask(backend, pool, who, method, params, marks, true);
      const words = `server ${backend.name} failed during ${method}: ${why.reason}`;
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words);
    }
    const words = `server ${backend.name}: no answer to ${method} within ${limit} ms`;
    throw new GatewayError(504, ErrorCode.Timeout, words);
  }
}
