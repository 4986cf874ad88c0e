import type { z } from "zod";
import type { CallTrace } from "../../api/schemas/calls";
import type { authorizationSchema, begunSignInSchema, signInAttemptSchema } from "../../api/schemas/sign-in";
import type { McpHandler } from "../http/front";
import type { Principal } from "../security/principal";
import type { ServerInfo } from "../servers/server-info";
import { ErrorCode } from "./wire/json-rpc";

/** An open session of a client with one server, or with all servers (`server` is then undefined). */
export interface SessionInfo {
  /** Short public id for DELETE /v1/sessions/{id}. It is no Mcp-Session-Id, so it opens nothing. */
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
  /** Those of `connections` that no client uses yet: started or initialised ahead of demand. */
  idle: number;
  inFlight: number;
  /** Most sessions at a time: `sessions.max` of the manifest, or fewer when memory is short. */
  cap: number;
}

/** A tool as its server defines it, and whether that definition is approved. */
export interface ToolReport {
  name: string;
  /** SHA-256 of the definition's canonical JSON, hex. */
  digest: string;
  /** `approved`: the definition is the one first seen, or was approved since. `changed`, `new`: not approved yet. */
  approval: "approved" | "changed" | "new";
  /** False when the manifest's filter, or a blocked change of its definition, hides the tool from clients. */
  visible: boolean;
  /** The tool's name on /mcp. Absent when the merged list leaves the tool out. */
  mcpName?: string;
  /** Why clients do not get the tool: they would refuse the whole list because of it. */
  problem?: string;
  /** The definition as the server sent it. */
  definition: Record<string, unknown>;
  /** Of a changed tool, the approved definition; absent where it is not kept, as it is too large. */
  approvedDefinition?: Record<string, unknown>;
}

/** A line on a stdio server's standard output that is no message. */
export interface PrintedLine {
  /** RFC 3339. */
  time: string;
  /** Cut to 80 characters, without control characters. */
  line: string;
}

/** The HTTP request that a call came in, for its trace. */
export interface CallOrigin {
  /** The request's id. */
  request: string;
  /** `performance.now()` when its head was there. */
  arrived: number;
  /** The client's span. */
  traceparent?: string;
}

/** The MCP front, as the rest of the orchestrator sees it. */
export interface Gateway extends McpHandler {
  /** MCP versions that clients may speak, with every server; newest first. */
  readonly protocols: readonly string[];
  sessions(): SessionInfo[];
  /** Ends a session and its server process. @returns false when no session has that id */
  endSession(id: string): boolean;
  /** Ends all that a principal has open: sessions, and the connections to servers that wait for its next call. */
  endAll(principal: string): void;
  usage(server: string): ServerUsage;
  /** Returns where the time of an HTTP request's calls went, latest first; none when they are no longer kept. */
  traces(request: string): CallTrace[];
  /** Returns the latest lines that the server printed where only messages belong: three of each process, 50 in all. */
  printed(server: string): PrintedLine[];
  /** Opens a session with a server and ends it. @returns what is wrong; undefined when it answers */
  check(server: string): Promise<string | undefined>;
  /** Lists all of the server's tools. @throws GatewayError */
  tools(server: string): Promise<ToolReport[]>;
  /**
   * Approves current definitions of the server's tools.
   * @param only digests by name: these tools alone, as somebody has seen them @default all
   * @throws GatewayError 409 when one of them is another by now
   */
  approveTools(server: string, only?: Record<string, string>): Promise<ToolReport[]>;
  /**
   * Calls a tool on a pooled connection.
   * @param origin what its trace is kept under @default none: it leaves no trace
   * @returns the result as the server sent it
   * @throws GatewayError
   */
  callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    principal: Principal,
    origin?: CallOrigin,
  ): Promise<Record<string, unknown>>;
  /** Ends all sessions and connections. */
  close(): Promise<void>;
}

/** How somebody is signed in to a remote server. */
export type Authorization = z.output<typeof authorizationSchema>;
export type BegunSignIn = z.output<typeof begunSignInSchema>;
export type SignInAttempt = z.output<typeof signInAttemptSchema>;

/** How a browser's answer ended an attempt. */
export interface SignInEnd {
  server: string;
  /** Who signed in, where the issuer says it. */
  subject?: string;
  /** Why nobody did, in words. */
  failure?: string;
}

/** Who signs in, and for whom. */
export interface SignInFor {
  /** Name of the token that asks. */
  principal: string;
  /** True: for that token alone, at a server with `credentials: per-user`. @default false */
  own?: boolean;
}

/** Signing in to remote servers. */
export interface SignIns {
  /** How it is with a server; undefined when nobody signs in to it. @param who whose own sign-in @default the operator's */
  of(server: ServerInfo, who?: string): Authorization | undefined;
  /** Begins to sign in. @throws GatewayError 409 when nobody signs in to it so, 502 when server or issuer does not do its part */
  begin(server: ServerInfo, by: SignInFor): Promise<BegunSignIn>;
  /** How an attempt of this principal goes; undefined when there is none of that id. */
  attempt(server: ServerInfo, id: string, by: SignInFor): SignInAttempt | undefined;
  /** Takes what the issuer gave the browser. @returns undefined when no attempt waits for it */
  finish(brought: URLSearchParams): Promise<SignInEnd | undefined>;
  /** Forgets a sign-in. @returns false when nobody was signed in */
  signOut(server: ServerInfo, by: SignInFor): Promise<boolean>;
}

/** A failure that the caller may see: an HTTP status, a JSON-RPC code and one sentence. */
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

/** Returns a GatewayError unchanged. Hides any other error behind a general one, as its text may hold internals. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError(500, ErrorCode.Internal, "the gateway failed; its log says more");
}
