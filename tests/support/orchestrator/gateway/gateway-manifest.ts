import type { Manifest, Sessions, Timeouts, Tools } from "../../../../manifest/types";

const SESSIONS: Sessions = { mode: "per-client", max: 8, idleTimeout: "10m", warmPool: 0, grace: "300ms" };
const TIMEOUTS: Timeouts = { call: "60s", start: "30s" };

export interface ManifestChanges {
  sessions?: Partial<Sessions>;
  timeouts?: Partial<Timeouts>;
  tools?: Tools;
}

/** The manifest's part that the gateway's tests change. */
export function manifestOf({ sessions, timeouts, tools }: ManifestChanges): Partial<Manifest> {
  const more = tools ? { tools } : {};
  return { sessions: { ...SESSIONS, ...sessions }, timeouts: { ...TIMEOUTS, ...timeouts }, ...more };
}
