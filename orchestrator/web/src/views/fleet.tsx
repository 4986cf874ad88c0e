import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useState } from "react";
import { historyQuery, serversQuery } from "../api/queries";
import type { Server } from "../api/types";
import { Foreign } from "../parts/foreign";
import { bytes, duration } from "../parts/format";
import { type Minute, Sparkline } from "../parts/sparkline";
import { Empty, Loaded } from "../parts/state";
import { Status } from "../parts/status";
import { Table } from "../parts/table";
import { TEXTS } from "../texts";
import { EngineCard } from "./engine-card";

const { fleet, fleet: texts } = TEXTS;

/** Every server, and the engine. */
export function Fleet(): ReactNode {
  const servers = useQuery(serversQuery);
  return (
    <>
      <h1>{fleet.title}</h1>
      <EngineCard />
      <Loaded query={servers}>
        {(all) => (all.length === 0 ? <Empty>{fleet.empty}</Empty> : <Servers all={all} />)}
      </Loaded>
    </>
  );
}

function Servers({ all }: { all: Server[] }): ReactNode {
  const [filter, setFilter] = useState("");
  const { data: history } = useQuery(historyQuery);
  const wanted = useDeferredValue(filter.toLowerCase());
  const shown = all.filter(({ name, title, description, status }) =>
    [name, title, description, status].some((text) => text.toLowerCase().includes(wanted)),
  );
  const running = all.filter(({ status }) => status === "running").length;
  return (
    <section aria-label={fleet.title}>
      <div className="bar">
        <span>{`${running} ${fleet.of} ${all.length} ${fleet.running}`}</span>
        <input
          type="search"
          aria-label={fleet.filter}
          placeholder={fleet.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {shown.length === 0 ? (
        <Empty>{fleet.none}</Empty>
      ) : (
        <Table columns={fleet.columns}>
          {shown.map((server) => (
            <Row key={server.name} server={server} minutes={history?.get(server.name) ?? []} />
          ))}
        </Table>
      )}
    </section>
  );
}

function Row({ server, minutes }: { server: Server; minutes: Minute[] }): ReactNode {
  const { name, title, description, status, reason, startedAt, limits, sessions, version, managedBy } = server;
  const last = minutes.at(-1);
  const isUp = startedAt !== undefined && (status === "running" || status === "unhealthy");
  return (
    <tr>
      <th scope="row">
        <Link to="/servers/$name" params={{ name }}>
          {name}
        </Link>
        <div className="hint">
          <Foreign>{title === name ? description : `${title}: ${description}`}</Foreign>
        </div>
      </th>
      <td>
        <Status of={status} />
        {isUp && <div className="hint">{texts.since(duration((Date.now() - Date.parse(startedAt)) / 1_000))}</div>}
        {reason && (
          <div className="reason">
            <Foreign>{reason}</Foreign>
          </div>
        )}
      </td>
      <td className="number">{sessions}</td>
      <td>
        <Sparkline minutes={minutes} />
        {last && <div className="hint">{texts.lately(last.calls, last.errors, last.p95)}</div>}
      </td>
      <td>
        {last?.cpu !== undefined && <Share used={last.cpu} limit={limits.cpus} say={(cpus) => cpus.toFixed(2)} />}
      </td>
      <td>{last?.memory !== undefined && <Share used={last.memory} limit={limits.memory} say={bytes} />}</td>
      <td>
        <Foreign most={40}>{version}</Foreign>
      </td>
      <td>{managedBy}</td>
    </tr>
  );
}

/** How much of a limit was used, in words and as a bar. */
function Share({ used, limit, say }: { used: number; limit: number; say: (value: number) => string }): ReactNode {
  return (
    <>
      {`${say(used)} ${texts.of} ${say(limit)}`}
      <meter aria-hidden="true" min={0} max={limit} high={0.9 * limit} value={used} />
    </>
  );
}
