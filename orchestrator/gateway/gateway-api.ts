import type { McpHandler } from "../http/front";
import type { Principal } from "../security/principal";
import { ErrorCode } from "./wire/json-rpc";

/** A client's conversation with one server, or with all of them (`server` is then undefined). */
export interface SessionInfo {
  /** Short public id: usable in DELETE /v1/sessions/{id}, not as an MCP session. */
  id: string;
  server?: string;
  principal: string;
  /** From the client's `initialize`. */
  client?: { name: string; version?: string };
  protocolVersion?: string;
  /** RFC 3339. */
  openedAt: string;
  lastUsedAt: string;
  /** Requests without an answer yet. */
  inFlight: number;
  /** Open SSE streams. */
  streams: number;
}

/** What the gateway holds of one server right now. */
export interface ServerUsage {
  sessions: number;
  /** Upstream connections: processes of a stdio server, upstream sessions of an HTTP one. */
  connections: number;
  /** Of these: started or initialised ahead, waiting for a client. */
  idle: number;
  inFlight: number;
  /** Sessions that may be open at the same time: the manifest's, or fewer when memory is short. */
  cap: number;
}

/** A tool as the server defines it, and whether its definition is the approved one. */
export interface ToolReport {
  name: string;
  /** SHA-256 of the definition's canonical JSON, hex. */
  digest: string;
  /** `approved`: as first seen or approved since. `changed`, `new`: not approved yet. */
  approval: "approved" | "changed" | "new";
  /** False when the manifest's filter, or a blocked change, hides it from clients. */
  visible: boolean;
  /** Its name on /mcp. Absent where it is left out there. */
  mcpName?: string;
  /** Why it is left out on /mcp: a client would refuse it, and with it the whole list. */
  problem?: string;
  /** As the server sent it. */
  definition: Record<string, unknown>;
}

/** The MCP front, as the rest of the orchestrator sees it. */
export interface Gateway extends McpHandler {
  sessions(): SessionInfo[];
  /** Ends a session and its process. False when there is none of that id. */
  endSession(id: string): boolean;
  usage(server: string): ServerUsage;
  /** All of the server's tools. @throws GatewayError */
  tools(server: string): Promise<ToolReport[]>;
  /** Makes today's definitions the approved ones. @throws GatewayError */
  approveTools(server: string): Promise<ToolReport[]>;
  /** Calls a tool in a pooled session. Gives the result as the server sent it. @throws GatewayError */
  callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    principal: Principal,
  ): Promise<Record<string, unknown>>;
  /** Ends everything. */
  close(): Promise<void>;
}

/** A failure that its caller is told: an HTTP status and a JSON-RPC code with one sentence. */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly data?: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** Any failure as one that can be told. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError(500, ErrorCode.Internal, "the gateway failed; its log says more");
}
