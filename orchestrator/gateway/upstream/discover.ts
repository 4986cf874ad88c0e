import { GatewayError } from "../gateway-api";
import { ErrorCode, objectOf } from "../wire/json-rpc";
import { DISCOVER, MODERN_VERSION } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import { type Backend, startTimeout } from "./backend";
import { answersPing, NOBODY } from "./upstream";

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
  const { request, headers } = modernRequest("dind-mcp:discover", DISCOVER, {});
  const patience = Math.min(PATIENCE_MS, startTimeout(backend.info()));
  backend.eras.modern = await new Promise<boolean>((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), patience);
    const done = (modern: boolean) => {
      clearTimeout(timer);
      resolve(modern);
    };
    upstream.user = {
      message: (frame) => {
        if (answersPing(upstream, frame) || !frame.isResponse()) return;
        const versions = frame.at("result", "supportedVersions");
        const modern = Array.isArray(versions) && versions.includes(MODERN_VERSION);
        if (modern) backend.capabilities ??= objectOf(frame.at("result", "capabilities"));
        done(modern);
      },
      ended: ({ reason, busy, untouched }) => {
        const code = busy ? ErrorCode.Busy : ErrorCode.ServerUnavailable;
        if (busy || untouched) reject(new GatewayError(503, code, `server ${backend.name}: ${reason}`));
        done(false); // some servers end when the first message is not `initialize`
      },
    };
    upstream.send(request, headers);
  });
  upstream.user = NOBODY;
  upstream.close();
}
