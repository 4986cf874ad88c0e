import { mcpPath } from "../../api/paths";

/** One URL of the fleet at which clients speak MCP, with all that a catalog or a proxy has to know of it. */
export interface Member {
  /** The server's name; absent for the URL of all servers. */
  server?: string;
  version: string;
  /** Where clients reach it. */
  url: string;
  /** How it is spoken to there, whatever the server itself speaks behind the gateway. */
  transport: "streamable-http";
  /** Milliseconds that a call may take. Absent for the URL of all servers: each has its own; and where it is not known. */
  callMs?: number;
  /** Who may use it: holders of a bearer token, of the stack or of this OAuth issuer. */
  authentication: { scheme: "bearer"; issuer?: string };
}

/** A member as it is at this moment. */
export interface LiveMember extends Member {
  /** MCP versions that clients may use, newest first. */
  protocols: readonly string[];
  /** SHA-256 over the server's tools, hex; absent where they are not known. */
  toolsDigest?: string;
  health: MemberHealth;
}

/** How well something works, in the words of service catalogs. */
export interface MemberHealth {
  /** `warning`: it can be used, and somebody should look. */
  state: "passing" | "warning" | "critical";
  /** What the state means, on one line. */
  reason: string;
}

/** What all members of a fleet have in common. */
export interface FleetFacts {
  /** How clients reach the fleet, without a slash at the end. */
  publicUrl: string;
  /** The fleet's own version. */
  version: string;
  oauth?: { issuer: string };
}

/** The URL of all servers. */
export function allServers({ version, ...facts }: FleetFacts): Member {
  return { ...common(facts), version, url: facts.publicUrl + mcpPath() };
}

/** The URL of one server. */
export function oneServer(
  facts: Omit<FleetFacts, "version">,
  { server, ...known }: { server: string; version: string; callMs?: number },
): Member & { server: string } {
  return { ...common(facts), server, ...known, url: facts.publicUrl + mcpPath(server) };
}

function common({ oauth }: Pick<FleetFacts, "oauth">): Pick<Member, "transport" | "authentication"> {
  return {
    transport: "streamable-http",
    authentication: { scheme: "bearer", ...(oauth ? { issuer: oauth.issuer } : {}) },
  };
}

/** What the paths of all requests to a server begin with: "/fleet/servers/files". */
export function pathOf({ url }: Pick<Member, "url">): string {
  return new URL(url).pathname.replace(/\/mcp$/, "");
}
