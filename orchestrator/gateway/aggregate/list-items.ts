import type { ToolReport } from "../gateway-api";
import { type JsonObject, textOr } from "../wire/json-rpc";
import type { ListMethod } from "../wire/lists";
import type { Item } from "./list-cache";
import { mend } from "./mend";
import { outerItem, shownName } from "./names";

/** An item of a server's list that clients of all servers' URL do not get, and why. */
export interface LeftOut {
  name: string;
  problem: string;
}

/** A server's items under the names that clients know, mended where a client would refuse them. */
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

/** Reports of a server's tools with what becomes of each on the URL of all servers. */
export function reported(server: string, reports: readonly ToolReport[]): ToolReport[] {
  return reports.map((report) => {
    const mended = mend("tools/list", report.definition);
    const more = "problem" in mended ? { problem: mended.problem } : { mcpName: shownName(server, report.name) };
    return { ...report, ...more };
  });
}
