import { GatewayError } from "../gateway-api";
import { answerTo, NoAnswer } from "../upstream/answer-to";
import { type Backend, callTimeout } from "../upstream/backend";
import type { ConnectionPool, ConnectionUse } from "../upstream/connection-pool";
import { Frame } from "../wire/frame";
import { ErrorCode, type JsonObject } from "../wire/json-rpc";
import { modernRequest } from "../wire/modern-send";

/**
 * Asks a server something in a pooled connection, in whichever era it speaks, and waits for the answer.
 * @param who whose connection it is: no process serves two principals
 * @param isRetry an earlier session was gone before it took the question; a new one is tried once
 * @throws GatewayError with the server's own error, or why there is no answer
 */
export async function ask(
  backend: Backend,
  pool: ConnectionPool,
  who: Pick<ConnectionUse, "principal" | "brief">,
  method: string,
  params: JsonObject,
  isRetry = false,
): Promise<JsonObject> {
  const connection = await pool.acquire({ ...who, capabilities: {}, exclusive: false });
  const asked =
    connection.era === "modern" ? modernRequest(0, method, params) : { request: Frame.request(0, method, params) };
  const limit = callTimeout(backend.info());
  try {
    const { error, result = {} } = await answerTo((call) => connection.use(call), asked, limit);
    if (!error) return result;
    throw new GatewayError(502, error.code, `server ${backend.name}: ${error.message}`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const { why } = error;
    if (typeof why === "object") {
      if (why.untouched && !isRetry) return ask(backend, pool, who, method, params, true);
      const words = `server ${backend.name} failed during ${method}: ${why.reason}`;
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words);
    }
    const words = `server ${backend.name}: no answer to ${method} within ${limit} ms`;
    throw new GatewayError(504, ErrorCode.Timeout, words);
  }
}
