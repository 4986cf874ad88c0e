import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { CallTrace } from "../../../../api/schemas/calls";
import { Failure } from "../api/client";
import { callQuery } from "../api/queries";
import { Foreign } from "../parts/foreign";
import { Loaded } from "../parts/state";
import { Table } from "../parts/table";
import { TEXTS } from "../texts";

const { trace: texts } = TEXTS;

/** Where the time of an entry of the audit log went. */
export function CallTraces({ request }: { request: string }): ReactNode {
  const query = useQuery(callQuery(request));
  if (query.error instanceof Failure && query.error.status === 404) return <p className="hint">{texts.gone}</p>;
  return (
    <Loaded query={query}>
      {(calls) => calls.map((call) => <One key={`${call.time} ${call.tool ?? call.method} ${call.ms}`} call={call} />)}
    </Loaded>
  );
}

function One({ call: { spans, tool, method, traceparent } }: { call: CallTrace }): ReactNode {
  const end = Math.max(...spans.map(({ start, ms }) => start + ms), 0.001);
  return (
    <section aria-label={texts.title} className="trace">
      <h2>
        {texts.title}: <Foreign most={128}>{tool ?? method}</Foreign>
      </h2>
      <Table columns={texts.columns}>
        {spans.map(({ part, start, ms }) => (
          <tr key={start + part}>
            <th scope="row">{texts.parts[part]}</th>
            <td className="number">{start.toFixed(2)}</td>
            <td className="number">{ms.toFixed(2)}</td>
            <td>
              <svg className="span" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect className={part} x={(start / end) * 100} width={Math.max((ms / end) * 100, 0.5)} height="10" />
              </svg>
            </td>
          </tr>
        ))}
      </Table>
      {traceparent && (
        <p className="hint">
          {`${texts.traceparent}: `}
          <Foreign>{traceparent}</Foreign>
        </p>
      )}
    </section>
  );
}
