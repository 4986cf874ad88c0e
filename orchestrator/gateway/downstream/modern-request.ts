import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../gateway-api";
import type { Frame } from "../wire/frame";
import { ErrorCode, isObject } from "../wire/json-rpc";
import { Meta, MODERN_VERSION } from "../wire/modern";

/**
 * Decodes a header's value. 2026-07-28 uses base64 for text that HTTP cannot carry.
 * @returns undefined for bad base64
 */
function decoded(header: string): string | undefined {
  const value = header.trim();
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
  if (base64 === undefined) return value;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  return Buffer.from(base64, "base64").toString("utf8");
}

/** Returns the name or URI that the header Mcp-Name must repeat; undefined when the method needs none. */
function nameOf(frame: Frame): string | undefined {
  const { method } = frame;
  const name = frame.at("params", method === "resources/read" ? "uri" : "name");
  const named = method === "tools/call" || method === "prompts/get" || method === "resources/read";
  return named && typeof name === "string" ? name : undefined;
}

/**
 * Checks a modern request: the members of `_meta` that 2026-07-28 requires, and that the headers match the body. Does
 * not check notifications, as the revision defines no headers for them.
 * @throws GatewayError 400 with the code of 2026-07-28
 */
export function checkModern(frame: Frame, headers: IncomingHttpHeaders): void {
  if (frame.kind === "notification") return;
  const { meta } = frame;
  const claimed = meta[Meta.Version];
  const refuse = (code: number, words: string, data?: Record<string, unknown>) => {
    throw new GatewayError(400, code, words, data);
  };
  const mismatch = (header: string, got: unknown, expected: unknown) =>
    refuse(
      ErrorCode.HeaderMismatch,
      `${header}: got ${JSON.stringify(got) ?? "nothing"}, expected ${JSON.stringify(expected)}, as the body says`,
    );
  const version = headers["mcp-protocol-version"];
  if (typeof claimed !== "string") {
    refuse(
      ErrorCode.InvalidParams,
      `params._meta["${Meta.Version}"] is missing: ${MODERN_VERSION} wants it in every request`,
    );
  }
  if (!isObject(meta[Meta.Capabilities])) {
    refuse(
      ErrorCode.InvalidParams,
      `params._meta["${Meta.Capabilities}"]: got ${JSON.stringify(meta[Meta.Capabilities]) ?? "nothing"}, expected an object`,
    );
  }
  if (version !== undefined && version !== claimed) mismatch("MCP-Protocol-Version", version, claimed);
  if (claimed !== MODERN_VERSION) {
    const data = { supported: [MODERN_VERSION], requested: claimed };
    refuse(ErrorCode.UnsupportedVersion, `protocol version ${claimed} is not supported here`, data);
  }
  if (version === undefined) mismatch("MCP-Protocol-Version", undefined, claimed);
  const method = headers["mcp-method"];
  if (method !== frame.method) mismatch("Mcp-Method", method, frame.method);
  const name = nameOf(frame);
  const header = headers["mcp-name"];
  if (name !== undefined && (typeof header !== "string" || decoded(header) !== name))
    mismatch("Mcp-Name", header, name);
}

/**
 * Returns the headers that go on to a server behind HTTP: those that repeat the body, and the tools' own
 * (mcp-param-*).
 */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) =>
      name === "mcp-protocol-version" ||
      name === "mcp-method" ||
      name.startsWith("mcp-name") ||
      name.startsWith("mcp-param-"),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** Returns the HTTP status of an answer. 2026-07-28 gives some protocol errors a status of their own. */
export function modernStatus({ error }: Frame): number {
  if (!error) return 200;
  if (error.code === ErrorCode.MethodNotFound) return 404;
  const refused: number[] = [ErrorCode.HeaderMismatch, ErrorCode.MissingCapability, ErrorCode.UnsupportedVersion];
  return refused.includes(error.code) ? 400 : 200;
}
