import type { Server, ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import type { OrchestratorConfig } from "../../config/orchestrator-config";

/** How often Node looks for slow clients, in milliseconds: they live at most this longer than the limit. */
const SLOW_CHECK_MS = 1_000;

/** How much of a request's head Node takes, and how long a request may take to arrive; streams live as long as they like. */
export function arrivalLimits({ headerBytes, requestSeconds }: OrchestratorConfig["limits"]): ServerOptions {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout: requestSeconds * 1_000,
    requestTimeout: requestSeconds * 1_000,
    connectionsCheckingInterval: SLOW_CHECK_MS,
  };
}

/**
 * A connection that the kernel cannot give us later, for want of memory for instance, is a warning on stderr.
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
