import { hash } from "node:crypto";
import type { Edit, Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import { isObject, type JsonObject } from "../wire/json-rpc";

// How things of one server are called behind the URL of all servers: tools and prompts `server__name`, resources
// `mcp-server+URI`. Server names have neither `_` nor `+`, so each name says without doubt whose it is; and a URI keeps
// the form of a URI, which `server__file:///x` would lose: strict clients refuse a scheme with an underscore. Clients
// know pages of apps by `ui://`, so these are `ui://mcp-server+PATH`.

const SEPARATOR = "__";

export function outerName(server: string, name: string): string {
  return `${server}${SEPARATOR}${name}`;
}

/** @returns undefined when it is no such name */
export function innerName(name: string): { server: string; name: string } | undefined {
  const at = name.indexOf(SEPARATOR);
  return at <= 0 ? undefined : { server: name.slice(0, at), name: name.slice(at + SEPARATOR.length) };
}

/** A name that model providers take; they refuse a whole request for one other. */
const LEGAL = /^[A-Za-z0-9_-]{1,64}$/;
const LENGTH = 64;
/** Hexadecimal digits of a digest. */
const DIGEST = 8;
const MAPPED = new RegExp(`_[0-9a-f]{${DIGEST}}$`);

/** In the `_meta` of an item: its name at its server, where it is shown under another. */
const NAME = "io.github.dind-mcp/name";

/**
 * The name that clients are shown: `server__name` where they all take that, else one with other characters replaced, cut,
 * and a digest at its end, so that it stays the same and no two are alike.
 */
export function shownName(server: string, name: string): string {
  const whole = outerName(server, name);
  if (LEGAL.test(whole)) return whole;
  const digest = hash("sha256", whole, "hex").slice(0, DIGEST);
  return `${whole.replace(/[^A-Za-z0-9_-]/gu, "_").slice(0, LENGTH - DIGEST - 1)}_${digest}`;
}

/** True when a name may be a mapped one: only its server's list says what it stands for. */
export function mayBeMapped(name: string): boolean {
  return MAPPED.test(name);
}

const UI = "ui://";

export function outerUri(server: string, uri: string): string {
  return uri.startsWith(UI) ? `${UI}mcp-${server}+${uri.slice(UI.length)}` : `mcp-${server}+${uri}`;
}

/** @returns undefined when it is no such URI */
export function innerUri(uri: string): { server: string; uri: string } | undefined {
  const [, scheme = "", server, rest] = /^(ui:\/\/)?mcp-([a-z0-9-]+)\+(.*)$/s.exec(uri) ?? [];
  return server === undefined || rest === undefined ? undefined : { server, uri: scheme + rest };
}

/** A request on its way to the one server that it names. */
export interface Addressed {
  server: string;
  request: RequestFrame;
  /** The tool's or prompt's name, or the resource's URI, as the server knows it. */
  name: string;
}

/** What a request names, and where that stands. */
export interface Named {
  path: string[];
  kind: "name" | "uri";
  given: string;
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

/** What a request is about; undefined when it names nothing. */
export function named(request: RequestFrame): Named | undefined {
  const found = nameAt(request);
  const given = found && request.at(...found.path);
  return found && typeof given === "string" ? { ...found, given } : undefined;
}

/** A request with the name that the server knows. */
export function addressed(request: RequestFrame, { path }: Named, server: string, name: string): Addressed {
  return { server, request: request.replace({ path, json: JSON.stringify(name) }), name };
}

/**
 * Finds the server a request is for, and gives the request the name that the server knows.
 * @returns undefined when it names nothing of any server
 */
export function address(request: RequestFrame): Addressed | undefined {
  const about = named(request);
  const inner = about && (about.kind === "name" ? innerName(about.given) : innerUri(about.given));
  if (!about || !inner) return undefined;
  return addressed(request, about, inner.server, "name" in inner ? inner.name : inner.uri);
}

/** The result of one server with the names that clients know. It stays as it is where nothing has to change. */
export function outerResult(server: string, method: string, answer: ResponseFrame): ResponseFrame {
  if (!answer.text.includes('"uri"') && !answer.text.includes(PAGE)) return answer;
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
  if (method === "tools/call" && isObject(answer.at("result", "_meta"))) {
    const meta = withPages(server, answer.at("result", "_meta") as JsonObject);
    edits.push({ path: ["result", "_meta"], json: JSON.stringify(meta) });
  }
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
  const { name, uri, uriTemplate } = item;
  const isResource = typeof uri === "string" || typeof uriTemplate === "string";
  const shown = typeof name === "string" && !isResource ? shownName(server, name) : undefined;
  const original = shown !== undefined && shown !== outerName(server, name as string) ? { [NAME]: name } : undefined;
  const meta = isObject(item._meta) ? withPages(server, item._meta) : undefined;
  return {
    ...item,
    ...(typeof name === "string" ? { name: shown ?? outerName(server, name) } : {}),
    ...(typeof uri === "string" ? { uri: outerUri(server, uri) } : {}),
    ...(typeof uriTemplate === "string" ? { uriTemplate: outerUri(server, uriTemplate) } : {}),
    ...(meta || original ? { _meta: { ...meta, ...original } } : {}),
  };
}

/** The keys by which a tool names the page that shows its results. */
const PAGE = "resourceUri";
const OLD_PAGE = "ui/resourceUri";

/** `_meta` of a tool with the addresses that clients know. */
function withPages(server: string, meta: JsonObject): JsonObject {
  const outer = (holder: JsonObject, key: string): JsonObject => {
    const uri = holder[key];
    return typeof uri === "string" ? { ...holder, [key]: outerUri(server, uri) } : holder;
  };
  const result = outer(meta, OLD_PAGE);
  return isObject(meta.ui) ? { ...result, ui: outer(meta.ui, "resourceUri") } : result;
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
