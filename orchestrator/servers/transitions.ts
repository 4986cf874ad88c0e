import { ServerStatus } from "../../api/server-status";
import type { FleetEvent } from "../events";
import type { ServerInfo } from "./server-info";

/** An event that a change brings, as `events` takes it. */
export type Transition = Pick<FleetEvent, "type" | "data">;

const UP: ServerStatus[] = [ServerStatus.Starting, ServerStatus.Running, ServerStatus.Unhealthy];

function because({ reason }: ServerInfo): FleetEvent["data"] {
  return reason === undefined ? {} : { reason };
}

/** The events that lead from one state of a server to the next, in their order; undefined = it is not there. */
export function transitions(previous: ServerInfo | undefined, current: ServerInfo | undefined): Transition[] {
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
    // A new process means that the old one ended, even where nobody saw it stopped. Its reason is the old one's only then.
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
