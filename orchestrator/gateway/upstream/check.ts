import { GatewayError } from "../gateway-api";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { LEGACY_VERSIONS } from "../wire/modern";
import { GATEWAY_INFO } from "../wire/modern-send";
import { ownId } from "../wire/own-ids";
import type { Backend } from "./backend";
import { Connection } from "./connection";
import { handshake } from "./handshake";

/**
 * Opens a session with a server as a client does, and ends it: `mcp-init check` does the same within a container.
 * @returns what is wrong; undefined when it answers, or has no room for one more
 */
export async function check(backend: Backend): Promise<string | undefined> {
  const params = { protocolVersion: LEGACY_VERSIONS[0], capabilities: {}, clientInfo: GATEWAY_INFO };
  const initialize = Frame.request(ownId(), "initialize", params);
  try {
    const { connection, answer } = await handshake(
      backend,
      undefined,
      initialize,
      (upstream) => new Connection(upstream),
    );
    connection.close();
    return answer.error?.message;
  } catch (error) {
    if (error instanceof GatewayError && error.code === ErrorCode.Busy) return undefined;
    return (error as Error).message;
  }
}
