import { GatewayError } from "../gateway-api";
import { ErrorCode, objectOf } from "../wire/json-rpc";
import { DISCOVER, MODERN_VERSION } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import { ownId } from "../wire/own-ids";
import { answerTo, NoAnswer } from "./answer-to";
import { type Backend, startTimeout } from "./backend";
import { Connection } from "./connection";
import { isSse } from "./way";

/**
 * Most milliseconds to wait for the answer to `server/discover`: legacy servers may ignore a request before
 * `initialize`.
 */
const PATIENCE_MS = 5_000;

/**
 * Finds out whether the server speaks the modern era, on a connection of its own, and keeps the result in the backend.
 * @param who the principal that asks; undefined: the gateway itself
 * @throws GatewayError when the connection fails; the era then stays unknown
 */
export async function discover(backend: Backend, who: string | undefined): Promise<void> {
  if (backend.eras.legacy === false) {
    backend.eras.modern = true;
    return;
  }
  if (isSse(backend.info().address)) {
    backend.eras.modern = false; // its transport is older than that era, and its servers may end at a first message that is not `initialize`
    return;
  }
  const { upstream } = await backend.open(who);
  const connection = new Connection(upstream);
  const patience = Math.min(PATIENCE_MS, startTimeout(backend.info()));
  try {
    const asked = modernRequest(ownId(), DISCOVER, {});
    const answer = await answerTo((call) => connection.send(call), asked, patience);
    const versions = answer.at("result", "supportedVersions");
    backend.eras.modern = Array.isArray(versions) && versions.includes(MODERN_VERSION);
    if (backend.eras.modern) backend.capabilities ??= objectOf(answer.at("result", "capabilities"));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const { why } = error;
    if (typeof why === "object" && (why.busy || why.untouched)) {
      const code = why.busy ? ErrorCode.Busy : ErrorCode.ServerUnavailable;
      throw new GatewayError(503, code, `server ${backend.name}: ${why.reason}`);
    }
    backend.eras.modern = false; // some legacy servers exit when the first message is not `initialize`
  } finally {
    connection.close();
  }
}
