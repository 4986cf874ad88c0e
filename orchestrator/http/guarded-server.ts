import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Guard } from "../security/guard-api";
import type { Rejection } from "../security/principal";
import { limitConnections } from "./connections";
import { arrivalLimits } from "./listening";

const CONNECTIONS = 256;

/** The checks and the listeners of a guarded server. */
export interface GuardedServerOptions {
  guard: Pick<Guard, "admit">;
  limits: OrchestratorConfig["limits"];
  /** Answers a request with a wrong Host or Origin. */
  refuse: (response: ServerResponse, rejection: Rejection) => void;
  /** Answers all other requests. An error that it throws ends only that connection. */
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Makes an HTTP server that checks Host and Origin, and ends slow or oversized requests. It does not listen yet. */
export function guardedServer({ guard, limits, refuse, handle }: GuardedServerOptions): Server {
  const server = createServer(arrivalLimits(limits), (request, response) => {
    arrived(request, response);
    response.on("error", () => response.destroy()); // such as a write after the end
    const refused = guard.admit(request);
    if (refused) refuse(response, refused);
    else handle(request, response).catch(() => response.destroy());
  });
  const arrived = limitConnections(server, CONNECTIONS);
  return server;
}
