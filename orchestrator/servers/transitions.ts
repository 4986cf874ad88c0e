import { ServerStatus } from "../../api/server-status";
import type { FleetEvent } from "../events";
import type { ServerInfo } from "./server-info";

/** What of a server tells its changes. */
export type Seen = Pick<ServerInfo, "status" | "generation" | "managedBy"> & {
  runtime: Pick<ServerInfo["runtime"], "restarts" | "oomKills">;
};

/** An event that a change brings, as `events` takes it. */
export type Transition = Pick<FleetEvent, "type" | "data">;

const UP: ServerStatus[] = [ServerStatus.Starting, ServerStatus.Running, ServerStatus.Unhealthy];

function because({ reason }: ServerInfo): FleetEvent["data"] {
  return reason === undefined ? {} : { reason };
}

/**
 * Returns the events between two states of a server, in order. An undefined state means that there is no such server.
 */
export function transitions(previous: Seen | undefined, current: ServerInfo | undefined): Transition[] {
  if (!current) return previous ? [{ type: "server.removed", data: { managedBy: previous.managedBy } }] : [];
  if (!previous) {
    const { managedBy, status } = current;
    return [{ type: "server.added", data: { managedBy, status, ...because(current) } }];
  }
  const told: Transition[] = [];
  const { oomKills, restarts } = current.runtime;
  if (oomKills > previous.runtime.oomKills) told.push({ type: "server.oom", data: { kills: oomKills } });
  const up = UP.includes(current.status);
  const fresh = current.generation !== previous.generation;
  if (UP.includes(previous.status) && (!up || fresh)) {
    // A new process means that the old one ended, even if nobody saw it stopped. Only while the server is down is the
    // reason that of the end.
    told.push({ type: "server.stopped", data: up ? {} : because(current) });
  }
  if (up && (fresh || !UP.includes(previous.status))) {
    told.push({ type: "server.started", data: { restarts } });
  }
  if (current.status === previous.status && !fresh) return told;
  if (current.status === ServerStatus.Running) told.push({ type: "server.healthy", data: {} });
  if (current.status === ServerStatus.Unhealthy) told.push({ type: "server.unhealthy", data: because(current) });
  return told;
}
