import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Where a region is, in percent of the window's width. Heights depend on fonts and words: they are not compared. */
export interface Box {
  what: string;
  left: number;
  width: number;
}

const FILE = join(__dirname, "regions.json");
/** Percent of the window that a region may be elsewhere: another machine may have other fonts. */
const TOLERANCE = 6;

/** The boxes of the page's main regions, and of its first table's columns, in the order in which they stand. */
export function layoutOf(page: Page): Promise<Box[]> {
  return page.evaluate<Box[]>(`(() => {
    const regions = "header, main, main > *, main > section > *, main table tbody tr:first-child > *";
    return [...document.querySelectorAll(regions)].flatMap((one) => {
      const { left, width } = one.getBoundingClientRect();
      const percent = (pixels) => Math.round((pixels / innerWidth) * 100);
      const kind = one.className ? "." + one.className : "";
      return width === 0 ? [] : [{ what: one.tagName.toLowerCase() + kind, left: percent(left), width: percent(width) }];
    });
  })()`);
}

/** What is elsewhere than in the file, in words. With UPDATE_LAYOUT the file becomes what was found. */
export function changes(found: Record<string, Box[]>): string[] {
  if (process.env.UPDATE_LAYOUT) writeFileSync(FILE, `${JSON.stringify(found, undefined, 2)}\n`);
  const kept = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Box[]>;
  return Object.entries(found).flatMap(([view, boxes]) => {
    const before = kept[view] ?? [];
    const names = (all: Box[]): string => all.map(({ what }) => what).join(" ");
    if (names(before) !== names(boxes)) return [`${view}: got ${names(boxes)}, expected ${names(before)}`];
    return boxes.flatMap((box, at) => {
      const was = before[at] as Box;
      const isThere = Math.abs(box.left - was.left) <= TOLERANCE && Math.abs(box.width - was.width) <= TOLERANCE;
      return isThere ? [] : [`${view}: got ${JSON.stringify(box)}, expected ${JSON.stringify(was)}`];
    });
  });
}
