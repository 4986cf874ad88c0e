import type { Principal } from "../../security/principal";
import { GatewayError } from "../gateway-api";
import type { ToolRules } from "../tools/tool-rules";
import { type Backend, callTimeout } from "../upstream/backend";
import { ErrorCode } from "../wire/json-rpc";
import type { Exchange } from "./exchange";

/** What holds for every call to one server, whatever era its client speaks. */
export class Admission {
  constructor(
    private readonly backend: Backend,
    private readonly rules: ToolRules,
  ) {}

  /** Why a principal may not make this call; undefined when it may. */
  refusal(call: { method: string; tool?: string }, principal: Principal): GatewayError | undefined {
    if (call.method !== "tools/call") return undefined;
    // A name that is no text: a server may make a name of it that nobody checked.
    if (call.tool === undefined)
      return new GatewayError(400, ErrorCode.InvalidParams, "params.name: expected the name of a tool");
    const words = this.rules.refusal(this.backend.name, call.tool, principal);
    return words === undefined ? undefined : new GatewayError(403, ErrorCode.Denied, words);
  }

  /** Takes a call in, unless it may not be made: then its client is told. @returns whether it is to go to the server */
  admit(exchange: Exchange): boolean {
    const refusal = this.refusal(exchange.call, exchange.principal);
    if (refusal) exchange.reject(refusal);
    else if (exchange.call.method === "tools/list") {
      const { request, principal } = exchange;
      exchange.rewrite = (answer) => this.rules.filter(this.backend.name, principal, request, answer);
    }
    return !refusal;
  }

  /** Milliseconds without a sign of life, after which a call has failed. @throws GatewayError 404 */
  get timeout(): number {
    return callTimeout(this.backend.info());
  }

  /** The connection ended in the middle of a call. */
  died(reason: string): GatewayError {
    const { name } = this.backend;
    const words = `server ${name} failed during the call: ${reason}`;
    return new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: name });
  }
}
