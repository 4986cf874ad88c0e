import type { ReactNode } from "react";

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
  return (
    <table>
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
