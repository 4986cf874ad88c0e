/** State of a server's container, as an operator names it. */
export const ServerStatus = {
  Running: "running",
  Starting: "starting",
  Unhealthy: "unhealthy",
  Restarting: "restarting",
  Stopped: "stopped",
  Removing: "removing",
} as const;
export type ServerStatus = (typeof ServerStatus)[keyof typeof ServerStatus];
