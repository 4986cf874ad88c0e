import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { historyQuery } from "../../api/queries";
import { bytes } from "../../parts/format";
import { type Minute, points } from "../../parts/sparkline";
import { Empty } from "../../parts/state";
import { TEXTS } from "../../texts";

const { history: texts } = TEXTS;

interface Chart {
  title: string;
  of: (minute: Minute) => number | undefined;
  say: (value: number) => string;
}

const CHARTS: Chart[] = [
  { title: texts.calls, of: ({ calls }) => calls, say: String },
  { title: texts.errors, of: ({ errors }) => errors, say: String },
  { title: texts.p95, of: ({ p95 }) => p95, say: (seconds) => `${seconds} s` },
  { title: texts.cpu, of: ({ cpu }) => cpu, say: (share) => share.toFixed(2) },
  { title: texts.memory, of: ({ memory }) => memory, say: bytes },
];

/** A server's last hour: a drawing for each value, with its last and its largest in words. */
export function HourView({ server }: { server: string }): ReactNode {
  const { data } = useQuery(historyQuery);
  const minutes = data?.get(server) ?? [];
  return (
    <>
      <h2>{texts.title}</h2>
      {minutes.length === 0 ? (
        <Empty>{texts.nothing}</Empty>
      ) : (
        <div className="charts">
          {CHARTS.map((chart) => (
            <ChartView key={chart.title} chart={chart} minutes={minutes} />
          ))}
        </div>
      )}
    </>
  );
}

function ChartView({ chart: { title, of, say }, minutes }: { chart: Chart; minutes: Minute[] }): ReactNode {
  const values = minutes.map(of).filter((value) => value !== undefined);
  const most = Math.max(0, ...values);
  const last = values.at(-1);
  return (
    <figure>
      <figcaption>
        {title} <span className="hint">{last === undefined ? "–" : `${say(last)}, at most ${say(most)}`}</span>
      </figcaption>
      <svg className="chart" viewBox="0 0 60 20" preserveAspectRatio="none" aria-hidden="true">
        <polyline points={points(minutes, of, most)} />
      </svg>
    </figure>
  );
}
