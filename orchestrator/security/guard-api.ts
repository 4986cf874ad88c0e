import type { IncomingMessage } from "node:http";
import type { Scope } from "../../api/scopes";
import type { Principal, Rejection } from "./principal";

/** Who may come in: asked by every listener, in this order, before anything else is done with a request. */
export interface Guard {
  /** Host and Origin headers. Undefined when both are right. */
  admit(request: IncomingMessage): Rejection | undefined;
  /**
   * The principal behind the Authorization header. A promise only for OAuth tokens seen for the first time:
   * the stack's own tokens are checked without waiting, as this runs for every MCP message.
   * @param wanted the scope that a refusal names as the one to have
   */
  authenticate(request: IncomingMessage, wanted: Scope): Principal | Rejection | Promise<Principal | Rejection>;
  /**
   * Whether the principal may do what needs this scope. Undefined when it may.
   * @param path of the request, without the query
   */
  permit(principal: Principal, scope: Scope, path: string): Rejection | undefined;
}
