import type { Frame } from "./frame";
import { type JsonObject, objectOf, textOr } from "./json-rpc";

/** A kind of thing that servers list: what it is called in each place of the protocol. */
interface Kind {
  /** The server's capability. */
  capability: string;
  /** The notification that its list changed. */
  changed: string;
  /** What a subscription of the modern era asks for, to be told so. */
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

/** The lists that servers have, by method, with the key of their items. */
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

/** The notifications that say that a list changed. */
export const CHANGES: readonly string[] = KINDS.map(({ changed }) => changed);

/** True for these notifications, also of lists that this gateway does not know. */
export function isListChange(method: string | undefined): method is string {
  return method?.endsWith("/list_changed") ?? false;
}

/** True for what no single call brings about, so it belongs to none. */
export function concernsAll(method: string | undefined): boolean {
  return isListChange(method) || method === UPDATED;
}

/** What a subscription of the modern era asks for. */
export interface Wishes extends JsonObject {
  resourceSubscriptions?: string[];
}

/** To be told of every list that changes. */
export const ALL_LISTS: Wishes = Object.fromEntries(KINDS.map(({ wish }) => [wish, true]));

/** The wishes that a server with these capabilities can grant. */
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

/** Whether a notification is one that somebody wished for. */
export function wished(wishes: Wishes, frame: Frame): boolean {
  if (frame.method === UPDATED)
    return wishes.resourceSubscriptions?.includes(textOr(frame.at("params", "uri"), "")) ?? false;
  return KINDS.some(({ changed, wish }) => changed === frame.method && wishes[wish] === true);
}
