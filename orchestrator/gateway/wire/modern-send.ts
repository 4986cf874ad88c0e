import { Frame, type RequestFrame } from "./frame";
import type { JsonObject, RequestId } from "./json-rpc";
import { Meta, MODERN_VERSION } from "./modern";

/** The `clientInfo` that the gateway sends with its own requests. */
export const GATEWAY_INFO = { name: "dind-mcp", version: "1" };

/** Encodes a header's value: unchanged, or in the base64 form of 2026-07-28 when HTTP cannot carry the text. */
export function headerValue(text: string): string {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith("=?base64?");
  return plain ? text : `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

/** Returns the headers that a modern request needs over HTTP. They repeat members of the body. */
export function modernHeaders(request: RequestFrame): Record<string, string> {
  const name = request.at("params", "name") ?? request.at("params", "uri");
  return {
    "mcp-protocol-version": MODERN_VERSION,
    "mcp-method": request.method,
    ...(typeof name === "string" ? { "mcp-name": headerValue(name) } : {}),
  };
}

/** Makes a modern request of the gateway's own. */
export function modernRequest(
  id: RequestId,
  method: string,
  params: JsonObject,
): { request: RequestFrame; headers: Record<string, string> } {
  const envelope = { [Meta.Version]: MODERN_VERSION, [Meta.Capabilities]: {}, [Meta.ClientInfo]: GATEWAY_INFO };
  const request = Frame.request(id, method, { ...params, _meta: envelope });
  return { request, headers: modernHeaders(request) };
}
