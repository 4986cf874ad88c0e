import { isMapping } from "../../../lib/mapping";
import type { Edit, Frame, ResponseFrame } from "../wire/frame";
import type { JsonObject } from "../wire/json-rpc";
import { TooMuch } from "../wire/parse-limits";
import { outerName, outerUri, shownName } from "./names";

// Puts outer names (names.ts) into what a server sends.

/** Key in an item's `_meta`: the name that the server uses, when clients see a mapped one. */
const NAME = "io.github.dind-mcp/name";
/** Keys in a tool's `_meta` that hold the URI of the MCP app page for its results: in `ui`, and an older, flat one. */
const PAGE = "resourceUri";
const OLD_PAGE = "ui/resourceUri";

/** Returns a function that gives a server's answers to a method their outer names. */
export const outward =
  (server: string, method: string) =>
  (answer: ResponseFrame): ResponseFrame =>
    outerResult(server, method, answer);

/**
 * Returns a server's answer with outer names. Returns an answer without URIs unchanged and unparsed. Does the same with
 * an answer that is too large to parse: its URIs still lead back, because the lists are searched for a URI without its
 * server.
 */
export function outerResult(server: string, method: string, answer: ResponseFrame): ResponseFrame {
  if (!answer.bytes.includes('"uri"') && !answer.bytes.includes(PAGE)) return answer;
  try {
    return withOuterUris(server, method, answer);
  } catch (error) {
    if (error instanceof TooMuch) return answer;
    throw error;
  }
}

function withOuterUris(server: string, method: string, answer: ResponseFrame): ResponseFrame {
  const edits: Edit[] = [];
  const edit = (key: string, change: (item: JsonObject) => JsonObject) => {
    const items = answer.exact("result", key);
    if (Array.isArray(items)) {
      const json = JSON.stringify(items.map((item: unknown) => (isMapping(item) ? change(item) : item)));
      edits.push({ path: ["result", key], json });
    }
  };
  if (method === "resources/read") edit("contents", (item) => withUri(server, item));
  if (method === "tools/call") edit("content", (item) => outerContent(server, item));
  const meta = method === "tools/call" ? answer.exact("result", "_meta") : undefined;
  if (isMapping(meta)) edits.push({ path: ["result", "_meta"], json: JSON.stringify(withPages(server, meta)) });
  if (method === "prompts/get") {
    edit("messages", (item) =>
      isMapping(item.content) ? { ...item, content: outerContent(server, item.content) } : item,
    );
  }
  return answer.replace(...edits);
}

/** Returns a server's notification with outer names. */
export function outerNotification(server: string, frame: Frame): Frame {
  if (frame.method !== "notifications/resources/updated") return frame;
  const uri = frame.at("params", "uri");
  if (typeof uri !== "string") return frame;
  return frame.replace({ path: ["params", "uri"], json: JSON.stringify(outerUri(server, uri)) });
}

/** Returns a list's item with its outer name. */
export function outerItem(server: string, item: JsonObject): JsonObject {
  const { name, uri, uriTemplate } = item;
  const isResource = typeof uri === "string" || typeof uriTemplate === "string";
  const shown = typeof name === "string" && !isResource ? shownName(server, name) : undefined;
  const original = shown !== undefined && shown !== outerName(server, name as string) ? { [NAME]: name } : undefined;
  const meta = isMapping(item._meta) ? withPages(server, item._meta) : undefined;
  return {
    ...item,
    ...(typeof name === "string" ? { name: shown ?? outerName(server, name) } : {}),
    ...(typeof uri === "string" ? { uri: outerUri(server, uri) } : {}),
    ...(typeof uriTemplate === "string" ? { uriTemplate: outerUri(server, uriTemplate) } : {}),
    ...(meta || original ? { _meta: { ...meta, ...original } } : {}),
  };
}

/** Returns a tool's `_meta` with the outer URIs of its pages. */
function withPages(server: string, meta: JsonObject): JsonObject {
  const outer = (holder: JsonObject, key: string): JsonObject => {
    const uri = holder[key];
    return typeof uri === "string" ? { ...holder, [key]: outerUri(server, uri) } : holder;
  };
  const result = outer(meta, OLD_PAGE);
  return isMapping(meta.ui) ? { ...result, ui: outer(meta.ui, "resourceUri") } : result;
}

function withUri(server: string, item: JsonObject): JsonObject {
  return typeof item.uri === "string" ? { ...item, uri: outerUri(server, item.uri) } : item;
}

function outerContent(server: string, content: JsonObject): JsonObject {
  if (content.type === "resource" && isMapping(content.resource)) {
    return { ...content, resource: withUri(server, content.resource) };
  }
  return content.type === "resource_link" ? withUri(server, content) : content;
}
