/** Widths of the columns: of their widest cells. */
function widths(rows: string[][]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
}

function padded(row: string[], columns: number[]): string[] {
  return columns.map((width, column) => (row[column] ?? "").padEnd(width));
}

/** Rows as columns two spaces apart, the first row as the heading. */
export function textTable(rows: string[][]): string {
  const columns = widths(rows);
  return rows.map((row) => padded(row, columns).join("  ").trimEnd()).join("\n");
}

/** The same in Markdown, without padding, so that a changed cell changes one line only. An empty cell is one space. */
export function markdownTable([head = [], ...body]: string[][]): string {
  const line = (cells: string[]): string => `|${cells.map((cell) => (cell ? ` ${cell} |` : " |")).join("")}`;
  return [head, head.map(() => "---"), ...body].map(line).join("\n");
}
