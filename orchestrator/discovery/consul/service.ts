import type { LiveMember } from "../../../config/fleet/member";
import { oneLine } from "../../../lib/plain-text";

/** Seconds without a sign of life after which Consul takes a service for critical. */
export const TTL_SECONDS = 30;
/** Consul removes a service whose lease ended this long ago; a minute is the least that it takes. */
const GONE_AFTER = "1m";
/** Most characters of a value in a service's meta. */
const META_CHARACTERS = 512;
/** Most characters of a check's output: Consul takes more, but nobody reads them. */
const OUTPUT_CHARACTERS = 500;

/** Meta keys that say whose a service is. */
export const Owner = { Fleet: "dind-mcp-fleet", Stack: "dind-mcp-stack" } as const;

/** What every service of this fleet has in common. */
export interface Registrant {
  /** From fleet-id.ts. */
  fleet: string;
  /** "project/stack". */
  stack: string;
  /** Before the names of services. */
  prefix: string;
}

/** A check's state, as Consul is told it. */
export interface CheckState {
  status: "passing" | "warning" | "critical";
  output: string;
}

/** A service as it should be in Consul. */
export interface Service {
  id: string;
  name: string;
  address: string;
  port: number;
  tags: string[];
  meta: Record<string, string>;
  /** The server's name; absent for the URL of all servers. */
  server?: string;
  /** How it is. */
  health: CheckState;
}

/** What the ids of all services of a fleet begin with. */
export function idPrefix({ fleet }: Pick<Registrant, "fleet">): string {
  return `dind-mcp-${fleet}-`;
}

/** Ids of a service's two checks. */
const leaseOf = (id: string): string => `${id}-lease`;
const healthOf = (id: string): string => `${id}-health`;

/**
 * The service's checks by id. The lease says that the fleet still speaks for the service: Consul removes a service whose
 * lease nobody renews, but not one that is only unwell.
 */
export function checksOf({ id, health }: Service): Record<string, CheckState> {
  return {
    [leaseOf(id)]: { status: "passing", output: "the orchestrator speaks for it" },
    [healthOf(id)]: health,
  };
}

/** A member of the fleet as a service. */
export function serviceOf(member: LiveMember, registrant: Registrant): Service {
  const { server, url, health } = member;
  const id = idPrefix(registrant) + (server ?? "orchestrator"); // no server may have that name
  const { hostname, port, protocol, pathname } = new URL(url);
  const meta: Record<string, string | undefined> = {
    [Owner.Fleet]: registrant.fleet,
    [Owner.Stack]: registrant.stack,
    ...{ server, version: member.version, url, scheme: protocol.replace(":", ""), path: pathname },
    ...{ transport: member.transport, "protocol-versions": member.protocols.join(",") },
    "tools-digest": member.toolsDigest,
    "call-timeout-ms": member.callMs?.toString(),
    ...{ authentication: member.authentication.scheme, issuer: member.authentication.issuer },
  };
  return {
    id,
    name: `${registrant.prefix}-${server ?? "orchestrator"}`,
    address: hostname,
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    tags: ["mcp", server === undefined ? "all-servers" : "server"],
    meta: Object.fromEntries(
      Object.entries(meta).flatMap(([key, value]) => (value ? [[key, value.slice(0, META_CHARACTERS)]] : [])),
    ),
    ...(server === undefined ? {} : { server }),
    health: { status: health.state, output: oneLine(health.reason, OUTPUT_CHARACTERS) },
  };
}

/** The body of a registration: `PUT /v1/agent/service/register`. */
export function registration(service: Service): Record<string, unknown> {
  const { id, name, address, port, tags, meta } = service;
  return {
    ...{ ID: id, Name: name, Address: address, Port: port, Tags: tags, Meta: meta },
    Checks: Object.entries(checksOf(service)).map(([check, { status }]) => ({
      ...{ CheckID: check, TTL: `${TTL_SECONDS}s`, Status: status },
      ...(check === leaseOf(id)
        ? { Name: "Fleet is there", DeregisterCriticalServiceAfter: GONE_AFTER }
        : { Name: "MCP health" }),
    })),
  };
}
