import type { Principal } from "../../security/principal";
import { GatewayError } from "../gateway-api";
import type { ToolRules } from "../tools/tool-rules";
import { type Backend, callTimeout } from "../upstream/backend";
import { ErrorCode } from "../wire/json-rpc";
import type { Exchange } from "./exchange";

/** The rules for calls to one server. They hold for clients of both eras. */
export class Admission {
  constructor(
    private readonly backend: Backend,
    private readonly rules: ToolRules,
  ) {}

  /** Returns why a principal may not make this call; undefined when it may. */
  refusal(call: { method: string; tool?: string }, principal: Principal): GatewayError | undefined {
    if (call.method !== "tools/call") return undefined;
    // The name is no string. A lenient server may turn it into a tool's name that no rule was checked for.
    if (call.tool === undefined)
      return new GatewayError(400, ErrorCode.InvalidParams, "params.name: expected the name of a tool");
    const words = this.rules.refusal(this.backend.name, call.tool, principal);
    return words === undefined ? undefined : new GatewayError(403, ErrorCode.Denied, words);
  }

  /** Admits a call, or fails it when its principal may not make it. @returns whether the call goes to the server */
  admit(exchange: Exchange): boolean {
    const refusal = this.refusal(exchange.call, exchange.principal);
    if (refusal) exchange.reject(refusal);
    else if (exchange.call.method === "tools/list") {
      const { request, principal } = exchange;
      exchange.rewrite = (answer) => this.rules.filter(this.backend.name, principal, request, answer);
    }
    return !refusal;
  }

  /** Milliseconds without a message from the server after which a call fails. @throws GatewayError 404 */
  get timeout(): number {
    return callTimeout(this.backend.info());
  }

  /** Returns the error for a call whose connection ended before the answer. */
  died(reason: string): GatewayError {
    const { name } = this.backend;
    const words = `server ${name} failed during the call: ${reason}`;
    return new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: name });
  }
}
