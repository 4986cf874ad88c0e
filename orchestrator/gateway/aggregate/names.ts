import { hash } from "node:crypto";
import type { RequestFrame } from "../wire/frame";

// Names on the URL of all servers. Tools and prompts are `server__name`, resources `mcp-server+URI`. Server names
// contain neither `_` nor `+`, so each outer name identifies its server. A resource's outer name stays a valid URI:
// in `server__file:///x` the scheme would hold an underscore, which strict clients refuse. Clients recognise the
// pages of MCP apps by `ui://`, so those are `ui://mcp-server+PATH`.

const SEPARATOR = "__";

export function outerName(server: string, name: string): string {
  return `${server}${SEPARATOR}${name}`;
}

/** Splits an outer name. @returns undefined when the name has no server part */
export function innerName(name: string): { server: string; name: string } | undefined {
  const at = name.indexOf(SEPARATOR);
  return at <= 0 ? undefined : { server: name.slice(0, at), name: name.slice(at + SEPARATOR.length) };
}

/** The names that model providers accept: one other name makes them refuse the whole request. */
const LEGAL = /^[A-Za-z0-9_-]{1,64}$/;
const LENGTH = 64;
/** Hexadecimal digits of a digest. */
const DIGEST = 8;
const MAPPED = new RegExp(`_[0-9a-f]{${DIGEST}}$`);

/**
 * Returns the name that clients see. That is `server__name` when every model provider accepts it. Otherwise illegal
 * characters are replaced, the name is cut to 64 characters, and ends with a digest of the whole name: so it is
 * stable, and names that differ only in what was cut or replaced stay different.
 */
export function shownName(server: string, name: string): string {
  const whole = outerName(server, name);
  if (LEGAL.test(whole)) return whole;
  const digest = hash("sha256", whole, "hex").slice(0, DIGEST);
  return `${whole.replace(/[^A-Za-z0-9_-]/gu, "_").slice(0, LENGTH - DIGEST - 1)}_${digest}`;
}

/** True when a name may be a mapped one. Only the server's list tells what it stands for. */
export function mayBeMapped(name: string): boolean {
  return MAPPED.test(name);
}

const UI = "ui://";

export function outerUri(server: string, uri: string): string {
  return uri.startsWith(UI) ? `${UI}mcp-${server}+${uri.slice(UI.length)}` : `mcp-${server}+${uri}`;
}

/** Splits an outer URI. @returns undefined when the URI has no server part */
export function innerUri(uri: string): { server: string; uri: string } | undefined {
  const [, scheme = "", server, rest] = /^(ui:\/\/)?mcp-([a-z0-9-]+)\+(.*)$/s.exec(uri) ?? [];
  return server === undefined || rest === undefined ? undefined : { server, uri: scheme + rest };
}

/** A request, and the one server that it goes to. */
export interface Addressed {
  server: string;
  request: RequestFrame;
  /** The tool's or prompt's name, or the resource's URI, as the server knows it. */
  name: string;
}

/** The name or URI that a request is about, and its path in the message. */
export interface Named {
  path: string[];
  kind: "name" | "uri";
  given: string;
}

/** Returns the path of the name or URI that a request of this method is about. */
function nameAt(request: RequestFrame): { path: string[]; kind: "name" | "uri" } | undefined {
  switch (request.method) {
    case "tools/call":
    case "prompts/get":
      return { path: ["params", "name"], kind: "name" };
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
      return { path: ["params", "uri"], kind: "uri" };
    case "completion/complete":
      return request.at("params", "ref", "type") === "ref/resource"
        ? { path: ["params", "ref", "uri"], kind: "uri" }
        : { path: ["params", "ref", "name"], kind: "name" };
    default:
      return undefined;
  }
}

/** Returns the name or URI that a request is about; undefined when it has none. */
export function named(request: RequestFrame): Named | undefined {
  const found = nameAt(request);
  const given = found && request.at(...found.path);
  return found && typeof given === "string" ? { ...found, given } : undefined;
}

/** Returns the request with the name that the server knows in the place of the outer one. */
export function addressed(request: RequestFrame, { path }: Named, server: string, name: string): Addressed {
  return { server, request: request.replace({ path, json: JSON.stringify(name) }), name };
}

/**
 * Finds the server that a request is for by the outer name, and puts the name that the server knows in its place.
 * @returns undefined when the request names nothing, or not by an outer name
 */
export function address(request: RequestFrame): Addressed | undefined {
  const about = named(request);
  const inner = about && (about.kind === "name" ? innerName(about.given) : innerUri(about.given));
  if (!about || !inner) return undefined;
  return addressed(request, about, inner.server, "name" in inner ? inner.name : inner.uri);
}
