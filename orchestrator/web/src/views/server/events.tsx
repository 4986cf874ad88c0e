import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { serverEventsQuery } from "../../api/queries";
import type { ServerEvent } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { moment } from "../../parts/format";
import { Empty, Loaded } from "../../parts/state";
import { Status } from "../../parts/status";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";

const { events: texts } = TEXTS;
/** The state whose color an event has. */
const STATES: Partial<Record<ServerEvent["type"], string>> = {
  "server.started": "starting",
  "server.healthy": "running",
  "server.unhealthy": "unhealthy",
  "server.oom": "failed",
};

/** What happened to a server until now: starts, stops, failures, and who asked for them. */
export function EventsTab({ name }: { name: string }): ReactNode {
  return (
    <Loaded query={useQuery(serverEventsQuery(name))}>
      {(all) =>
        all.length === 0 ? (
          <Empty>{texts.empty}</Empty>
        ) : (
          <>
            <p className="hint">{texts.hint}</p>
            <Table columns={texts.columns}>
              {all.map((event, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two events may be alike; the rows hold no state
                <Row key={index} event={event} />
              ))}
            </Table>
          </>
        )
      }
    </Loaded>
  );
}

function Row({ event: { time, type, reason, action, by, late } }: { event: ServerEvent }): ReactNode {
  return (
    <tr>
      <td>{moment(time)}</td>
      <td>
        {action && by ? (
          texts.by(TEXTS.server[action], by)
        ) : (
          <Status of={STATES[type] ?? type} text={texts.types[type]} />
        )}
      </td>
      <td>
        {reason && <Foreign most={1_000}>{reason}</Foreign>}
        {late && <div className="hint">{texts.late}</div>}
      </td>
    </tr>
  );
}
