/** How a request ended. */
export const AuditResult = {
  Ok: "ok",
  /** The tool itself said isError. */
  ToolError: "tool-error",
  /** A JSON-RPC or HTTP error. */
  Error: "error",
  Denied: "denied",
  Timeout: "timeout",
  Cancelled: "cancelled",
} as const;
export type AuditResult = (typeof AuditResult)[keyof typeof AuditResult];
