import type { ReactNode } from "react";
import type { ServerDetail } from "../../api/types";
import { foreignJson } from "../../parts/foreign";

/** The manifest, as the engine's labels have it. */
export function Manifest({ server }: { server: ServerDetail }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <pre className="text" tabIndex={0}>
      {foreignJson(server.manifest)}
    </pre>
  );
}
