import { Frame, type RequestFrame } from "./frame";
import type { JsonObject, RequestId } from "./json-rpc";
import { Meta, MODERN_VERSION } from "./modern";

/** Who the gateway is, to servers it asks for itself. */
export const GATEWAY_INFO = { name: "dind-mcp", version: "1" };

/** A header's value: as it is, or as base64 in the form of 2026-07-28 where HTTP would not carry it. */
export function headerValue(text: string): string {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith("=?base64?");
  return plain ? text : `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

/** The headers of the modern era, which repeat what the body says; for servers behind HTTP. */
export function modernHeaders(request: RequestFrame): Record<string, string> {
  const name = request.at("params", "name") ?? request.at("params", "uri");
  return {
    "mcp-protocol-version": MODERN_VERSION,
    "mcp-method": request.method,
    ...(typeof name === "string" ? { "mcp-name": headerValue(name) } : {}),
  };
}

/** A request of the modern era that the gateway makes for itself. */
export function modernRequest(
  id: RequestId,
  method: string,
  params: JsonObject,
): { request: RequestFrame; headers: Record<string, string> } {
  const envelope = { [Meta.Version]: MODERN_VERSION, [Meta.Capabilities]: {}, [Meta.ClientInfo]: GATEWAY_INFO };
  const request = Frame.request(id, method, { ...params, _meta: envelope });
  return { request, headers: modernHeaders(request) };
}
