import { GatewayError } from "../gateway-api";
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
  const sent =
    connection.era === "modern" ? modernRequest(0, method, params) : { request: Frame.request(0, method, params) };
  const limit = callTimeout(backend.info());
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      cancel(`no answer within ${limit} ms`);
      reject(
        new GatewayError(504, ErrorCode.Timeout, `server ${backend.name}: no answer to ${method} within ${limit} ms`),
      );
    }, limit);
    const cancel = connection.send({
      ...sent,
      notified: () => timer.refresh(),
      answered: ({ error, result = {} }) => {
        clearTimeout(timer);
        if (!error) return resolve(result);
        reject(new GatewayError(502, error.code, `server ${backend.name}: ${error.message}`));
      },
      failed: ({ reason }, isUntouched) => {
        clearTimeout(timer);
        if (isUntouched && !isRetry) return resolve(ask(backend, pool, who, method, params, true));
        reject(
          new GatewayError(
            502,
            ErrorCode.ServerUnavailable,
            `server ${backend.name} failed during ${method}: ${reason}`,
          ),
        );
      },
    });
  });
}
