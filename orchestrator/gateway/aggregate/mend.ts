import { z } from "zod";
import { isExactNumber } from "../../../lib/exact-json";
import { isMapping } from "../../../lib/mapping";
import type { JsonObject } from "../wire/json-rpc";
import type { ListMethod } from "../wire/lists";
import { mendSchema } from "./mend-schema";
import { withMember } from "./with-member";

// A client refuses a whole merged list, with the items of all other servers, for one item that fails its checks. So
// small faults are mended to what the official SDKs accept, and an item that cannot be mended is left out.

/** An item that clients accept, or why it cannot be mended. */
export type Mended = { item: JsonObject } | { problem: string };

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number" || isExactNumber(value);

const isIcon: Check = (value) =>
  isMapping(value) &&
  isText(value.src) &&
  isText(value.mimeType ?? "") &&
  (value.sizes === undefined || (Array.isArray(value.sizes) && value.sizes.every(isText))) &&
  [undefined, "light", "dark"].includes(value.theme as string | undefined);
const isShare: Check = (value) => isNumber(value) && Number(value) >= 0 && Number(value) <= 1;
const isTime: Check = (value) => z.iso.datetime({ offset: true }).safeParse(value).success;

/** Checks of the members that any item may have; a member that fails its check is dropped. */
const OPTIONAL: Record<string, Check> = {
  title: isText,
  description: isText,
  mimeType: isText,
  size: isNumber,
  icons: (value) => Array.isArray(value) && value.every(isIcon),
  _meta: isMapping,
  annotations: isMapping,
  execution: (value) =>
    isMapping(value) &&
    [undefined, "required", "optional", "forbidden"].includes(value.taskSupport as string | undefined),
};
/** Checks of the members of a tool's or a resource's annotations. */
const ANNOTATIONS: Record<string, Check> = {
  title: isText,
  readOnlyHint: isFlag,
  destructiveHint: isFlag,
  idempotentHint: isFlag,
  openWorldHint: isFlag,
  priority: isShare,
  lastModified: isTime,
  audience: (value) => Array.isArray(value) && value.every((one) => one === "user" || one === "assistant"),
};
/** Most characters of a name; an item with a longer one is left out. */
const NAME_LIMIT = 1_024;

/** Mends one item of a list. An item without faults is returned as the same object. */
export function mend(method: ListMethod, given: JsonObject): Mended {
  let item = dropped(given, OPTIONAL);
  if (isMapping(item.annotations)) item = withMember(item, "annotations", dropped(item.annotations, ANNOTATIONS));
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
    item: withMember(item, "outputSchema", isMapping(item.outputSchema) ? schema(item.outputSchema) : undefined),
  };
}

/** Returns a schema with `"type": "object"`, which MCP requires; undefined when it describes another type. */
function schema(given: unknown): JsonObject | undefined {
  if (given === true) return { type: "object" };
  if (!isMapping(given)) return isEmpty(given) ? { type: "object" } : undefined;
  const { type = "object" } = given;
  const isOfObjects = Array.isArray(type) ? type.includes("object") : String(type).toLowerCase() === "object";
  if (!isOfObjects && type !== null) return undefined;
  return mendSchema(withMember(given, "type", "object"));
}

function prompt(given: JsonObject): JsonObject {
  const { arguments: list } = given;
  if (list === undefined) return given;
  if (!Array.isArray(list)) return withMember(given, "arguments", undefined);
  const named = list.filter((one): one is JsonObject => isMapping(one) && isText(one.name));
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

/** Returns the object without the members that fail their check. */
function dropped(given: JsonObject, checks: Record<string, Check>): JsonObject {
  let result = given;
  for (const [key, check] of Object.entries(checks)) {
    if (given[key] !== undefined && !check(given[key])) result = withMember(result, key, undefined);
  }
  return result;
}
