import type { Problem } from "../../../lib/problems";

/** What a file means: members by their names. */
export type Data = Record<string, unknown>;

/**
 * One thing of a configuration that is ours: a property of an object at the top, or an item, known by its `id` or `name`,
 * of a list at the top.
 */
export interface Entry {
  /** Name of the object or list, like `mcpServers`. */
  container: string;
  /** The property's name, or the item's id. */
  key: string;
  kind: "property" | "item";
  /** What an item is known by. @default "id" */
  by?: "id" | "name";
  value: unknown;
}

/** An entry as a file has it. */
export interface Found {
  value: unknown;
  /** What `putBack` puts in another's place. */
  source: string;
}

/**
 * What files are written in. Each edit leaves every other byte as it was. All take texts without a byte order mark, and
 * throw ProblemsError for a text that is broken.
 */
export interface Format {
  /** What an empty file is read as. */
  empty: string;
  /** True when there is nothing in a text: no member, no comment. */
  isNothing(text: string): boolean;
  /** What a text means. */
  data(text: string, file: string): Data;
  /** Everything that stands in the way of putting these entries there. */
  problems(text: string, entries: Entry[], file: string): Problem[];
  /** What an entry is now. */
  valueIn(text: string, entry: Entry, file: string): Found | undefined;
  /** True when the object or list is there. */
  hasContainer(text: string, name: string, file: string): boolean;
  /** The text with the entry, in place of one of its name or at the end; the same text when it is there already. */
  put(text: string, entry: Entry, file: string): string;
  /** The text with another source in the place of an entry. */
  putBack(text: string, entry: Entry, source: string, file: string): string;
  /** The text without the entry. */
  remove(text: string, entry: Entry, file: string): string;
  /** The text without an object or list, when there is nothing in it: no member, no comment. */
  removeEmpty(text: string, name: string, file: string): string;
}
