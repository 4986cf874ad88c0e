/** What the tests found out about the host; the report prints it above the checks. */
export const facts: Record<string, string> = {};

/** One run on one host: what the reporter writes and the table in docs/hosts.md is made of. */
export interface HostResult {
  kind: string;
  machine: string;
  facts: Record<string, string>;
  checks: { title: string; passed: boolean; seconds: number }[];
}
