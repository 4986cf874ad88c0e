/**
 * Returns a page with a new part between `<!-- NAME: ... -->` and `<!-- end of NAME -->`.
 * @throws Error when the page has lost one of the two markers
 */
export function withPart(page: string, name: string, text: string): string {
  const begin = page.match(new RegExp(`<!-- ${name}: [^\n]* -->\n`));
  const start = begin ? (begin.index ?? 0) + begin[0].length : -1;
  const end = page.indexOf(`<!-- end of ${name} -->`, start);
  if (start < 0 || end < 0)
    throw new Error(`the page has lost a marker: expected "<!-- ${name}: ... -->" and then "<!-- end of ${name} -->"`);
  return `${page.slice(0, start)}\n${text.trimEnd()}\n\n${page.slice(end)}`;
}
