import type { Server, ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import type { OrchestratorConfig } from "../../config/orchestrator-config";

/** Milliseconds between Node's checks for slow clients: one may stay this much longer than the limit. */
const SLOW_CHECK_MS = 1_000;
/**
 * Longer than the idle time of common proxies, so that no proxy sends a request on a connection that is being closed.
 */
const KEEP_ALIVE_MS = 75_000;

/** Sets the largest head of a request, the longest time for one to arrive, and for the next to begin. Response streams have no time limit. */
export function arrivalLimits({ headerBytes, requestSeconds }: OrchestratorConfig["limits"]): ServerOptions {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout: requestSeconds * 1_000,
    requestTimeout: requestSeconds * 1_000,
    connectionsCheckingInterval: SLOW_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}

/**
 * Starts to listen. If the kernel later fails to accept a connection, as for want of memory, that is a warning on
 * stderr.
 * @returns the port: `port`, or the one that the kernel chose for 0
 * @throws Error when the port is taken
 */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => {
      server.off("error", reject).on("error", (error) => process.emitWarning(error));
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Ends the server and every connection. */
export function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
