import type { ReactNode } from "react";

/** A text of ours, in which `such words` are set as code. Never for what servers say. */
export function Prose({ children }: { children: string }): ReactNode {
  return children.split("`").map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed text never change places
    index % 2 === 0 ? part : <code key={index}>{part}</code>,
  );
}
