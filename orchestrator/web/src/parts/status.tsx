import type { ReactNode } from "react";

const TONES: Record<string, string> = {
  running: "good",
  ok: "good",
  approved: "good",
  allowed: "good",
  starting: "busy",
  restarting: "busy",
  new: "busy",
  unhealthy: "bad",
  error: "bad",
  "tool-error": "bad",
  denied: "bad",
  timeout: "bad",
  refused: "bad",
  failed: "bad",
  changed: "bad",
};

/** A state in a word, with a color that only repeats it. */
export function Status({ of, text = of }: { of: string; text?: string }): ReactNode {
  return <span className={`status ${TONES[of] ?? "off"}`}>{text}</span>;
}
