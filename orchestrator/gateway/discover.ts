import { type Backend, startTimeout } from "./backend";
import { isResponse, type Request } from "./json-rpc";
import { DISCOVER, Meta, MODERN_VERSION } from "./modern";
import { NOBODY } from "./upstream";

/** Milliseconds for the answer to `server/discover`; older servers may ignore a request before `initialize`. */
const PATIENCE_MS = 5_000;

const METHOD_HEADERS = { "mcp-protocol-version": MODERN_VERSION, "mcp-method": DISCOVER };

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
  const request: Request = {
    jsonrpc: "2.0",
    id: "dind-mcp:discover",
    method: DISCOVER,
    params: {
      _meta: {
        [Meta.Version]: MODERN_VERSION,
        [Meta.Capabilities]: {},
        [Meta.ClientInfo]: { name: "dind-mcp", version: "1" },
      },
    },
  };
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
    upstream.send(request, JSON.stringify(request), METHOD_HEADERS);
  });
  upstream.user = NOBODY;
  upstream.close();
}
