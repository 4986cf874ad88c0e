import type { LiveMember } from "../../../../config/fleet/member";

export const REGISTRANT = { fleet: "0123456789abcdef", stack: "dind-mcp/test", prefix: "mcp" };

/** A server of a fleet that clients reach at https://mcp.example.com/fleet. @param server undefined: all of them */
export function member(server: string | undefined, more: Partial<LiveMember> = {}): LiveMember {
  return {
    ...(server === undefined ? {} : { server, callMs: 60_000 }),
    version: "1.0.0",
    url: `https://mcp.example.com/fleet/${server === undefined ? "mcp" : `servers/${server}/mcp`}`,
    transport: "streamable-http",
    protocols: ["2026-07-28", "2025-11-25"],
    authentication: { scheme: "bearer" },
    health: { state: "passing", reason: "it runs" },
    ...more,
  };
}
