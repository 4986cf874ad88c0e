/**
 * The word that a misspelt one was meant to be: the fewest letters off, at most two, and less than half of them.
 * @returns undefined when none is that near
 */
export function nearest(word: string, words: string[]): string | undefined {
  const most = Math.min(2, Math.ceil(word.length / 2) - 1);
  const [best] = words
    .map((one) => ({ one, off: distance(word, one) }))
    .filter(({ off }) => off <= most)
    .sort((a, b) => a.off - b.off);
  return best?.one;
}

/** Letters to add, leave out or replace to make one word of the other; two neighbours in the wrong order count as one. */
function distance(a: string, b: string): number {
  // A long text is no misspelt key, and the table below grows with both.
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1)];
      rows[i]?.push(Math.min(...ways, swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY));
    }
  }
  return at(a.length, b.length);
}
