import { isObject, type JsonObject } from "../wire/json-rpc";
import type { ListMethod } from "../wire/lists";

// One item that a client's checks refuse costs that client the whole list, with the items of all other servers. What is
// harmless is mended as the clients' libraries (the official SDKs) would want it; what cannot be is left out.

/** An item as clients take it, or why none can. */
export type Mended = { item: JsonObject } | { problem: string };

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number";

/** Members that any item may have, and what they must be; one that is not is dropped. */
const OPTIONAL: Record<string, Check> = {
  title: isText,
  description: isText,
  mimeType: isText,
  size: isNumber,
  icons: (value) => Array.isArray(value) && value.every((icon) => isObject(icon) && isText(icon.src)),
  _meta: isObject,
  annotations: isObject,
  execution: isObject,
};
/** Members of a tool's or a resource's annotations. */
const ANNOTATIONS: Record<string, Check> = {
  title: isText,
  readOnlyHint: isFlag,
  destructiveHint: isFlag,
  idempotentHint: isFlag,
  openWorldHint: isFlag,
  priority: isNumber,
  lastModified: isText,
  audience: (value) => Array.isArray(value) && value.every((one) => one === "user" || one === "assistant"),
};
/** Longer names are no names of the protocol's. */
const NAME_LIMIT = 1_024;

/** Mends one item of a list; what is right already is the same object. */
export function mend(method: ListMethod, given: JsonObject): Mended {
  let item = dropped(given, OPTIONAL);
  if (isObject(item.annotations)) item = withMember(item, "annotations", dropped(item.annotations, ANNOTATIONS));
  switch (method) {
    case "tools/list":
      return tool(item);
    case "prompts/list":
      return isName(item.name) ? { item: prompt(item) } : { problem: "it has no name" };
    case "resources/list":
      return resource(item, "uri");
    case "resources/templates/list":
      return resource(item, "uriTemplate");
  }
}

function tool(given: JsonObject): Mended {
  if (!isName(given.name)) return { problem: "it has no name" };
  const inputSchema = schema(given.inputSchema ?? {});
  if (!inputSchema) return { problem: "its inputSchema is no schema of an object" };
  const item = withMember(given, "inputSchema", inputSchema);
  if (item.outputSchema === undefined) return { item };
  return {
    item: withMember(item, "outputSchema", isObject(item.outputSchema) ? schema(item.outputSchema) : undefined),
  };
}

/** A schema whose values are objects, as MCP wants it. Undefined when it is one of something else. */
function schema(given: unknown): JsonObject | undefined {
  if (given === true) return { type: "object" };
  if (!isObject(given)) return isEmpty(given) ? { type: "object" } : undefined;
  const { type = "object" } = given;
  const isOfObjects = Array.isArray(type) ? type.includes("object") : String(type).toLowerCase() === "object";
  if (!isOfObjects && type !== null) return undefined;
  let result = withMember(given, "type", "object");
  if (given.properties !== undefined) result = withMember(result, "properties", properties(given.properties));
  if (given.required !== undefined) result = withMember(result, "required", required(given.required));
  return result;
}

function properties(given: unknown): unknown {
  if (!isObject(given)) return {};
  let result = given;
  for (const [name, one] of Object.entries(given)) {
    if (!isObject(one)) result = withMember(result, name, one === false ? { not: {} } : {});
  }
  return result;
}

function required(given: unknown): unknown {
  if (!Array.isArray(given)) return undefined;
  return given.every(isText) ? given : given.filter(isText);
}

function prompt(given: JsonObject): JsonObject {
  const { arguments: list } = given;
  if (list === undefined) return given;
  if (!Array.isArray(list)) return withMember(given, "arguments", undefined);
  const named = list.filter((one): one is JsonObject => isObject(one) && isText(one.name));
  const sound = named.map((one) => dropped(one, { ...OPTIONAL, required: isFlag }));
  const isSame = sound.length === list.length && sound.every((one, index) => one === list[index]);
  return isSame ? given : withMember(given, "arguments", sound);
}

function resource(given: JsonObject, key: "uri" | "uriTemplate"): Mended {
  const address = given[key];
  if (typeof address !== "string" || address === "") return { problem: `it has no ${key}` };
  return { item: isText(given.name) ? given : withMember(given, "name", address) };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= NAME_LIMIT;
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Without the members that are not what they must be. */
function dropped(given: JsonObject, checks: Record<string, Check>): JsonObject {
  let result = given;
  for (const [key, check] of Object.entries(checks)) {
    if (given[key] !== undefined && !check(given[key])) result = withMember(result, key, undefined);
  }
  return result;
}

/** The object with another member; the same object when it is the same. @param value undefined: without it */
function withMember(given: JsonObject, key: string, value: unknown): JsonObject {
  if (given[key] === value) return given;
  if (value !== undefined) return { ...given, [key]: value };
  const { [key]: _, ...rest } = given;
  return rest;
}
