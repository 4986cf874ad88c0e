import { type Backend, startTimeout } from "./backend";
import { isResponse } from "./json-rpc";
import { DISCOVER, MODERN_VERSION } from "./modern";
import { modernRequest } from "./modern-send";
import { NOBODY } from "./upstream";

/** Milliseconds for the answer to `server/discover`; older servers may ignore a request before `initialize`. */
const PATIENCE_MS = 5_000;

/**
 * Finds out whether the server speaks the stateless era, on a connection of its own, and keeps that with the backend.
 * @throws GatewayError when there is no connection
 */
export async function discover(backend: Backend): Promise<void> {
  if (backend.eras.legacy === false) {
    backend.eras.modern = true;
    return;
  }
  const { upstream } = await backend.open();
  const { request, text, headers } = modernRequest("dind-mcp:discover", DISCOVER, {});
  const patience = Math.min(PATIENCE_MS, startTimeout(backend.info()));
  backend.eras.modern = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    const done = (modern: boolean) => {
      clearTimeout(timer);
      resolve(modern);
    };
    upstream.user = {
      message: (message) => {
        if (!isResponse(message)) return;
        const versions = message.result?.supportedVersions;
        done(Array.isArray(versions) && versions.includes(MODERN_VERSION));
      },
      ended: () => done(false),
    };
    upstream.send(request, text, headers);
  });
  upstream.user = NOBODY;
  upstream.close();
}
