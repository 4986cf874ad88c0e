import type { ReactNode } from "react";

/** Names and values, one below the other. A value that is undefined is left out. */
export function Facts({ all }: { all: Record<string, ReactNode> }): ReactNode {
  return (
    <dl className="facts">
      {Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
