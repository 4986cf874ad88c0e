import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { egressQuery } from "../../api/queries";
import type { Egress } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { moment } from "../../parts/format";
import { Empty, Loaded } from "../../parts/state";
import { Status } from "../../parts/status";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";

const { egress: texts } = TEXTS;

/** What was asked for in the last hour, in words. */
export function lastHour(items: Egress["items"]): string {
  const count = (wanted: string) =>
    items.reduce((sum, { outcome, lastHour: lately }) => sum + (outcome === wanted ? lately : 0), 0);
  return texts.lastHour(count("allowed"), count("refused"), count("failed"));
}

/** Which hosts a server may reach, and which it asked for. */
export function EgressTab({ name }: { name: string }): ReactNode {
  return (
    <Loaded query={useQuery(egressQuery(name))}>
      {({ allowed, items }) => (
        <>
          <h2>{texts.allowed}</h2>
          {allowed.length === 0 ? <Empty>{texts.none}</Empty> : <p>{allowed.join(", ")}</p>}
          <h2>{texts.asked}</h2>
          {items.length > 0 && <p>{`${texts.inLastHour} ${lastHour(items)}`}</p>}
          {items.length === 0 ? (
            <Empty>{texts.nothing}</Empty>
          ) : (
            <Table columns={texts.columns}>
              {items.map(({ host, port, outcome, reason, count, lastHour: lately, last, add }) => (
                <tr key={`${host}:${port} ${outcome}`}>
                  <th scope="row">
                    <Foreign most={128}>{`${host}:${port}`}</Foreign>
                  </th>
                  <td>
                    <Status of={outcome} />
                    {reason && <div className="reason">{reason}</div>}
                  </td>
                  <td className="number">{count}</td>
                  <td className="number">{lately}</td>
                  <td>{moment(last)}</td>
                  <td>{add && <code>{add}</code>}</td>
                </tr>
              ))}
            </Table>
          )}
        </>
      )}
    </Loaded>
  );
}
