import { z } from "zod";
import { InvalidInput } from "../http/problem";

/** Query parameters of every list. */
export const pageQuery = {
  limit: z.coerce
    .number("a whole number from 1 to 200")
    .int("a whole number from 1 to 200")
    .min(1, "a whole number from 1 to 200")
    .max(200, "a whole number from 1 to 200")
    .default(50)
    .describe("Items on a page"),
  cursor: z.string("the `next` of the previous page").optional().describe("The `next` of the previous page"),
};

/** One page: its items, and the cursor of the page after it unless it is the last. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

/** The beginning of our own cursors; other text has none. */
const MARK = "after:";

function encode(key: string): string {
  return Buffer.from(`${MARK}${key}`).toString("base64url");
}

function decode(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (text.startsWith(MARK)) return text.slice(MARK.length);
  throw new InvalidInput(400, [{ path: ["cursor"], got: "another text", expected: "the `next` of the previous page" }]);
}

/**
 * Returns a page of a list. The cursor holds the last item's key, not a position, so a page neither repeats nor skips
 * items when others come or go between two requests.
 * @param key returns what identifies an item and sorts the list
 * @throws InvalidInput for a cursor that came from no page
 */
export function page<Item>(items: Item[], key: (item: Item) => string, limit: number, cursor?: string): Page<Item> {
  const after = cursor === undefined ? undefined : decode(cursor);
  const rest = items
    .map((item) => ({ item, key: key(item) }))
    .filter((one) => after === undefined || one.key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    ...(last && rest.length > limit ? { next: encode(last.key) } : {}),
  };
}
