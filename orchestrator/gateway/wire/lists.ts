import type { Frame } from "./frame";
import { isObject, type JsonObject, objectOf, textOr } from "./json-rpc";

/** The protocol's names for one kind of item that servers list. */
interface Kind {
  /** The server's capability. */
  capability: string;
  /** Method of the notification that the list changed. */
  changed: string;
  /** Member of a modern subscription's `notifications` that asks for it. */
  wish: string;
}

const TOOLS = { capability: "tools", changed: "notifications/tools/list_changed", wish: "toolsListChanged" };
const PROMPTS = { capability: "prompts", changed: "notifications/prompts/list_changed", wish: "promptsListChanged" };
const RESOURCES = {
  capability: "resources",
  changed: "notifications/resources/list_changed",
  wish: "resourcesListChanged",
};
const KINDS: readonly Kind[] = [TOOLS, PROMPTS, RESOURCES];
const UPDATED = "notifications/resources/updated";

/**
 * Returns the capabilities in a server's result of `initialize`. Malformed ones would hide its tools without a word: a
 * capability that is no object, such as `true`, counts as offered, and so does every list when there are none.
 */
export function capabilitiesIn(declared: unknown): JsonObject {
  if (!isObject(declared)) return Object.fromEntries(KINDS.map(({ capability }) => [capability, {}]));
  const offered = Object.entries(declared).filter(([, value]) => value !== null && value !== false);
  return Object.fromEntries(offered.map(([name, value]) => [name, objectOf(value)]));
}

/** The lists that servers have, by method. `key` is the result's member that holds the items. */
export const LISTS = {
  "tools/list": { key: "tools", ...TOOLS },
  "prompts/list": { key: "prompts", ...PROMPTS },
  "resources/list": { key: "resources", ...RESOURCES },
  "resources/templates/list": { key: "resourceTemplates", ...RESOURCES },
} as const;
export type ListMethod = keyof typeof LISTS;

export function isList(method: string): method is ListMethod {
  return Object.hasOwn(LISTS, method);
}

/** Methods of the notifications that a list changed. */
export const CHANGES: readonly string[] = KINDS.map(({ changed }) => changed);

/** True for a `list_changed` notification, also of a list that this gateway does not know. */
export function isListChange(method: string | undefined): method is string {
  return method?.endsWith("/list_changed") ?? false;
}

/** True for notifications that belong to no call: changed lists and updated resources. */
export function concernsAll(method: string | undefined): boolean {
  return isListChange(method) || method === UPDATED;
}

/** `params.notifications` of a modern subscription: what the client wants to hear of. */
export interface Wishes extends JsonObject {
  resourceSubscriptions?: string[];
}

/** Asks for the changes of all lists. */
export const ALL_LISTS: Wishes = Object.fromEntries(KINDS.map(({ wish }) => [wish, true]));

/** Returns the wishes that a server with these capabilities can grant. */
export function granted(wishes: JsonObject, capabilities: JsonObject): Wishes {
  const can = (capability: string, what: string): boolean => objectOf(capabilities[capability])[what] === true;
  const result: Wishes = {};
  for (const { wish, capability } of KINDS)
    if (wishes[wish] === true && can(capability, "listChanged")) result[wish] = true;
  const uris = wishes.resourceSubscriptions;
  if (Array.isArray(uris) && uris.length > 0 && can("resources", "subscribe"))
    result.resourceSubscriptions = uris.map(String);
  return result;
}

/** Tells whether a subscription asked for a notification. */
export function wished(wishes: Wishes, frame: Frame): boolean {
  if (frame.method === UPDATED)
    return wishes.resourceSubscriptions?.includes(textOr(frame.at("params", "uri"), "")) ?? false;
  return KINDS.some(({ changed, wish }) => changed === frame.method && wishes[wish] === true);
}
