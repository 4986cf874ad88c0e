import { GatewayError } from "../gateway-api";
import { ErrorCode, objectOf } from "../wire/json-rpc";
import { DISCOVER, MODERN_VERSION } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import { answerTo, NoAnswer } from "./answer-to";
import { type Backend, startTimeout } from "./backend";
import { Connection } from "./connection";

/** Milliseconds for the answer to `server/discover`; older servers may ignore a request before `initialize`. */
const PATIENCE_MS = 5_000;

/**
 * Finds out whether the server speaks the modern era, on a connection of its own, and keeps that with the backend.
 * @throws GatewayError when there is no connection: then nothing is known
 */
export async function discover(backend: Backend): Promise<void> {
  if (backend.eras.legacy === false) {
    backend.eras.modern = true;
    return;
  }
  const { upstream } = await backend.open();
  const connection = new Connection(upstream);
  const patience = Math.min(PATIENCE_MS, startTimeout(backend.info()));
  try {
    const asked = modernRequest("dind-mcp:discover", DISCOVER, {});
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
    backend.eras.modern = false; // some servers end when the first message is not `initialize`
  } finally {
    connection.close();
  }
}
