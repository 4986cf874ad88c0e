import { findings, type Page } from "./pages";

/** Characters of a line, the targets of links not counted. */
const WIDTH = 160;

/** Lines too long to read. */
export function longLines(page: Page): string[] {
  return findings(page, (text) => {
    const { length } = text.replace(/\]\([^)]*\)/g, "]");
    return length > WIDTH ? [`got ${length} characters, expected at most ${WIDTH}`] : [];
  });
}

/** Tables whose cells are padded: there a changed cell changes every line. */
export function paddedTables(page: Page): string[] {
  return findings(page, (text) => {
    const padded = /^\|.*( {2}\||\| {2}|-{4})/.test(text) && !/`[^`|]* {2}/.test(text);
    return padded ? ["got a padded row, expected one space beside each cell, and --- below the heading"] : [];
  });
}
