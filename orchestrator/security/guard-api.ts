import type { IncomingMessage } from "node:http";
import type { Scope } from "../../api/scopes";
import type { Principal, Rejection } from "./principal";

/** Decides who may use the service. Every listener calls these, in this order, before it does anything else. */
export interface Guard {
  /** Returns the client's address, seen through the proxies that are trusted; "unknown" when the connection is gone. */
  client(request: IncomingMessage): string;
  /** Checks the headers Host and Origin. @returns undefined when both are allowed */
  admit(request: IncomingMessage): Rejection | undefined;
  /**
   * Returns the principal behind the Authorization header. A promise only for OAuth tokens seen for the first time:
   * the stack's own tokens are checked without waiting, as this runs for every MCP message.
   * @param wanted the scope that a refusal names as needed
   */
  authenticate(request: IncomingMessage, wanted: Scope): Principal | Rejection | Promise<Principal | Rejection>;
  /**
   * Checks that the principal has this scope. Returns undefined when it has.
   * @param path of the request, without the query
   */
  permit(principal: Principal, scope: Scope, path: string): Rejection | undefined;
}
