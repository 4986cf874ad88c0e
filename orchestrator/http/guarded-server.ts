import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Guard } from "../security/guard-api";
import type { Rejection } from "../security/principal";

const CONNECTIONS = 256;
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

/** What such a server checks by, and who answers. */
export interface GuardedServerOptions {
  guard: Pick<Guard, "admit">;
  limits: OrchestratorConfig["limits"];
  /** Answers what names a wrong Host or Origin. */
  refuse: (response: ServerResponse, rejection: Rejection) => void;
  /** Everything else. */
  handle: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A small HTTP server that checks Host and Origin and cuts off who is slow or sends too much; it listens nowhere yet. */
export function guardedServer({ guard, limits, refuse, handle }: GuardedServerOptions): Server {
  const server = createServer(arrivalLimits(limits), (request, response) => {
    const refused = guard.admit(request);
    if (refused) refuse(response, refused);
    else handle(request, response);
  });
  server.maxConnections = CONNECTIONS;
  return server;
}

/** @returns the port: `port`, or the one that 0 became. @throws Error when the port is taken */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => {
      server.off("error", reject);
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
