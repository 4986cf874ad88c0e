/** What a server was kept from. */
export const RefusalKind = {
  /** A host outside. */
  Host: "host",
  /** A file or folder that cannot be written. */
  Write: "write",
  /** A program or library that may not be run where it is. */
  Run: "run",
  /** No room left in a folder. */
  Room: "room",
  Memory: "memory",
  Processes: "processes",
  Processor: "processor",
  Files: "open-files",
} as const;
export type RefusalKind = (typeof RefusalKind)[keyof typeof RefusalKind];
