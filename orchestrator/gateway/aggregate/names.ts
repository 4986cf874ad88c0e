import type { Edit, Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import { isObject, type JsonObject } from "../wire/json-rpc";

// How things of one server are called behind the URL of all servers: tools and prompts `server__name`, resources
// `mcp-server+URI`. Server names have neither `_` nor `+`, so each name says without doubt whose it is; and a URI keeps
// the form of a URI, which `server__file:///x` would lose: strict clients refuse a scheme with an underscore.

const SEPARATOR = "__";

export function outerName(server: string, name: string): string {
  return `${server}${SEPARATOR}${name}`;
}

/** @returns undefined when it is no such name */
export function innerName(name: string): { server: string; name: string } | undefined {
  const at = name.indexOf(SEPARATOR);
  return at <= 0 ? undefined : { server: name.slice(0, at), name: name.slice(at + SEPARATOR.length) };
}

export function outerUri(server: string, uri: string): string {
  return `mcp-${server}+${uri}`;
}

/** @returns undefined when it is no such URI */
export function innerUri(uri: string): { server: string; uri: string } | undefined {
  const [, server, rest] = /^mcp-([a-z0-9-]+)\+(.*)$/s.exec(uri) ?? [];
  return server === undefined || rest === undefined ? undefined : { server, uri: rest };
}

/** A request on its way to the one server that it names. */
export interface Addressed {
  server: string;
  request: RequestFrame;
  /** The tool's or prompt's name, or the resource's URI, as the server knows it. */
  name: string;
}

/** Where the name of what a request is about stands. */
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

/**
 * Finds the server a request is for, and gives the request the name that the server knows.
 * @returns undefined when it names nothing of any server
 */
export function address(request: RequestFrame): Addressed | undefined {
  const found = nameAt(request);
  const given = found && request.at(...found.path);
  if (!found || typeof given !== "string") return undefined;
  const inner = found.kind === "name" ? innerName(given) : innerUri(given);
  if (!inner) return undefined;
  const name = "name" in inner ? inner.name : inner.uri;
  return { server: inner.server, request: request.replace({ path: found.path, json: JSON.stringify(name) }), name };
}

/** The result of one server with the names that clients know. It stays as it is where nothing has to change. */
export function outerResult(server: string, method: string, answer: ResponseFrame): ResponseFrame {
  if (!answer.text.includes('"uri"')) return answer;
  const edits: Edit[] = [];
  const edit = (key: string, change: (item: JsonObject) => JsonObject) => {
    const items = answer.at("result", key);
    if (Array.isArray(items)) {
      const json = JSON.stringify(items.map((item: unknown) => (isObject(item) ? change(item) : item)));
      edits.push({ path: ["result", key], json });
    }
  };
  if (method === "resources/read") edit("contents", (item) => withUri(server, item));
  if (method === "tools/call") edit("content", (item) => outerContent(server, item));
  if (method === "prompts/get") {
    edit("messages", (item) =>
      isObject(item.content) ? { ...item, content: outerContent(server, item.content) } : item,
    );
  }
  return answer.replace(...edits);
}

/** A notification of one server with the names that clients know. */
export function outerNotification(server: string, frame: Frame): Frame {
  if (frame.method !== "notifications/resources/updated") return frame;
  const uri = frame.at("params", "uri");
  if (typeof uri !== "string") return frame;
  return frame.replace({ path: ["params", "uri"], json: JSON.stringify(outerUri(server, uri)) });
}

/** An item of a list under the name that clients know. */
export function outerItem(server: string, item: JsonObject): JsonObject {
  return {
    ...item,
    ...(typeof item.name === "string" ? { name: outerName(server, item.name) } : {}),
    ...(typeof item.uri === "string" ? { uri: outerUri(server, item.uri) } : {}),
    ...(typeof item.uriTemplate === "string" ? { uriTemplate: outerUri(server, item.uriTemplate) } : {}),
  };
}

function withUri(server: string, item: JsonObject): JsonObject {
  return typeof item.uri === "string" ? { ...item, uri: outerUri(server, item.uri) } : item;
}

function outerContent(server: string, content: JsonObject): JsonObject {
  if (content.type === "resource" && isObject(content.resource)) {
    return { ...content, resource: withUri(server, content.resource) };
  }
  return content.type === "resource_link" ? withUri(server, content) : content;
}
