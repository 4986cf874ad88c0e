import type { ReactNode } from "react";
import type { History } from "../../../../api/history";
import { TEXTS } from "../texts";

export type Minute = History["minutes"][number];

/** Width of the drawing, in its own units: one a minute. */
const MINUTES = 60;
const HEIGHT = 20;

/** Points of a line over the last hour; a minute without a value is a gap that the line crosses. */
export function points(minutes: Minute[], of: (minute: Minute) => number | undefined, most: number): string {
  const last = Date.parse(minutes.at(-1)?.time ?? "");
  return minutes
    .flatMap((minute) => {
      const value = of(minute);
      if (value === undefined) return [];
      const x = MINUTES - 1 - (last - Date.parse(minute.time)) / 60_000;
      const y = HEIGHT - 1 - (value / (most || 1)) * (HEIGHT - 2);
      return [`${x.toFixed(1)},${y.toFixed(1)}`];
    })
    .join(" ");
}

/** The calls of the last hour as a small line, and the errors among them as another. */
export function Sparkline({ minutes }: { minutes: Minute[] }): ReactNode {
  const calls = minutes.reduce((sum, minute) => sum + minute.calls, 0);
  const errors = minutes.reduce((sum, minute) => sum + minute.errors, 0);
  if (calls === 0) return <span className="hint">{TEXTS.history.none}</span>;
  const most = Math.max(...minutes.map((minute) => minute.calls));
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${MINUTES} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={TEXTS.history.said(calls, errors)}
    >
      <polyline points={points(minutes, (minute) => minute.calls, most)} />
      {errors > 0 && <polyline className="errors" points={points(minutes, (minute) => minute.errors, most)} />}
    </svg>
  );
}
