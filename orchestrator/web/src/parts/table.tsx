import type { CSSProperties, ReactNode } from "react";

/**
 * A table with its heads.
 * @param columns the heads, in their order
 * @param hasButtons true when each row ends with a cell of buttons, which has no head
 * @param children the rows
 */
export function Table({
  columns,
  hasButtons = false,
  children,
}: {
  columns: Record<string, string>;
  hasButtons?: boolean;
  children: ReactNode;
}): ReactNode {
  // On a phone each cell says its head (style.css); a head is a text of ours, which needs no escape.
  const heads = Object.values(columns).map((column, at) => [`--head-${at + 1}`, JSON.stringify(column)]);
  return (
    <table style={Object.fromEntries(heads) as CSSProperties}>
      <thead>
        <tr>
          {Object.values(columns).map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
          {hasButtons && <td />}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
