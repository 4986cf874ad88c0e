import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Guard } from "../security/guard-api";
import type { Rejection } from "../security/principal";
import { arrivalLimits } from "./listening";

const CONNECTIONS = 256;

/** What such a server checks by, and who answers. */
export interface GuardedServerOptions {
  guard: Pick<Guard, "admit">;
  limits: OrchestratorConfig["limits"];
  /** Answers a request with a wrong Host or Origin. */
  refuse: (response: ServerResponse, rejection: Rejection) => void;
  /** Answers everything else; what it throws ends that connection alone. */
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** A small HTTP server that checks Host and Origin and cuts off who is slow or sends too much; it listens nowhere yet. */
export function guardedServer({ guard, limits, refuse, handle }: GuardedServerOptions): Server {
  const server = createServer(arrivalLimits(limits), (request, response) => {
    response.on("error", () => response.destroy()); // as of a write after the end
    const refused = guard.admit(request);
    if (refused) refuse(response, refused);
    else handle(request, response).catch(() => response.destroy());
  });
  server.maxConnections = CONNECTIONS;
  return server;
}
