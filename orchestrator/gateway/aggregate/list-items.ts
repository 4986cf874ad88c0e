import { isMapping } from "../../../lib/mapping";
import { GatewayError, type ToolReport } from "../gateway-api";
import { ErrorCode, type JsonObject, textOr } from "../wire/json-rpc";
import { LISTS, type ListMethod } from "../wire/lists";
import type { Item } from "./list-cache";
import { mend } from "./mend";
import { shownName } from "./names";
import { outerItem } from "./outward";

/** An item of a server's list that the merged list leaves out, and why. */
export interface LeftOut {
  name: string;
  problem: string;
}

/** Most characters that an error message shows of a value that is no list. */
const SHOWN = 60;

/**
 * Returns the items of one page of a list, and the number of elements that are no items.
 * @throws GatewayError 502 when the page holds something else in the list's place
 */
export function itemsOf(server: string, method: ListMethod, page: JsonObject): { items: JsonObject[]; others: number } {
  const { key } = LISTS[method];
  const given = page[key];
  if (given === undefined) return { items: [], others: 0 };
  if (!Array.isArray(given)) {
    const shown = JSON.stringify(given).slice(0, SHOWN);
    const words = `server ${server}: its answer to ${method} is malformed: ${key} is ${shown}, expected a list`;
    throw new GatewayError(502, ErrorCode.ServerUnavailable, words);
  }
  const items = given.filter(isMapping);
  return { items, others: given.length - items.length };
}

/**
 * Returns a server's items with outer names, mended where a client would refuse them, and those that cannot be
 * mended.
 */
export function formed(
  server: string,
  method: ListMethod,
  given: readonly JsonObject[],
): { items: Item[]; leftOut: LeftOut[] } {
  const items = new Map<string, Item>();
  const leftOut: LeftOut[] = [];
  for (const one of given) {
    const mended = mend(method, one);
    const name = textOr(one.name, textOr(one.uri, ""));
    if ("problem" in mended) leftOut.push({ name, problem: mended.problem });
    else {
      const item = outerItem(server, mended.item);
      const shown = String(item.uri ?? item.uriTemplate ?? item.name);
      const { uri, uriTemplate } = mended.item;
      const address = textOr(uri, textOr(uriTemplate, "")) || undefined;
      if (items.has(shown)) leftOut.push({ name, problem: "it is there twice" });
      else items.set(shown, { name: textOr(mended.item.name, ""), shown, address, json: JSON.stringify(item) });
    }
  }
  return { items: [...items.values()], leftOut };
}

/** Adds to the reports of a server's tools each tool's name on /mcp, or why /mcp leaves it out. */
export function reported(server: string, reports: readonly ToolReport[]): ToolReport[] {
  return reports.map((report) => {
    const mended = mend("tools/list", report.definition);
    const more = "problem" in mended ? { problem: mended.problem } : { mcpName: shownName(server, report.name) };
    return { ...report, ...more };
  });
}
