/** What every client does, in this order. Each driver prints one line of JSON for each: `Said`. */
export const STEPS = ["connect", "list", "call", "cancel", "large", "lost"] as const;
export type Step = (typeof STEPS)[number];

/** A line of a driver. */
export interface Said {
  step: Step;
  ok: boolean;
  /** What to know about a step that went well, or why it failed. */
  note?: string;
  /** The client has nothing of the kind: neither passed nor failed. */
  absent?: boolean;
}

/** A line of a driver that wants its sessions ended; a line on its stdin says that they are. */
export const END_SESSIONS = { end: "sessions" };

/** What a driver is told as its only argument, as JSON. */
export interface Task {
  /** Streamable HTTP; empty with a command. */
  url: string;
  /** A bridge between stdio and the gateway, in the client's stead. */
  command?: string[];
  /** What tools' names begin with on this path. */
  prefix: string;
  /** What else the driver wants to know: which era, or a program. */
  options: Record<string, string>;
}

/** Characters of the large result. */
export const LARGE = 5_000_000;
/** Milliseconds until a client cancels its slow call. */
export const CANCEL_AFTER = 500;
