import { z } from "zod";
import { contains } from "../../lib/addresses";
import { line, pattern } from "../../lib/schema-parts";
import { LOOPBACK } from "../../lib/special-addresses";
import { CONSUL_ADDRESS } from "../../manifest/container/gateway";
import { field, key } from "../key";
import { isBaseUrl, port, text } from "../parts";
import { PORTS } from "../ports";

/** The agent inside the engine, as the orchestrator reaches it. */
const EMBEDDED = `http://${CONSUL_ADDRESS}:${PORTS.consul}`;

/** Tells whether the agent is the one inside the engine. */
export function isEmbeddedConsul(consul: { address: string } | undefined): boolean {
  return consul?.address === EMBEDDED;
}

/** The engine speaks IPv4 only, and its loopback is not the host's. */
function isReachable(address: string): boolean {
  if (!isBaseUrl(address)) return false;
  const { hostname } = new URL(address);
  return hostname !== "localhost" && !hostname.startsWith("[") && !LOOPBACK.some((block) => contains(block, hostname));
}

const certificates = text.min(1, "PEM certificates, or a file's path").optional();
const tls = z.strictObject(
  {
    ca: field(certificates, {
      meaning: "The authority of the agent's certificate: a PEM text, or the path of a file from the project's folder.",
      byDefault: "the public authorities",
    }),
    certificate: field(certificates, {
      meaning: "The client certificate with which the fleet shows who it is, likewise; its key is `consulKey`.",
      byDefault: "none",
    }),
    serverName: field(pattern(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "a host name").optional(), {
      meaning: "The name in the agent's certificate, like `server.dc1.consul`.",
      byDefault: "that of the address",
    }),
  },
  "a mapping with ca, certificate, serverName",
);

const consul = z.strictObject(
  {
    address: field(
      text.refine(
        isReachable,
        "a URL like http://172.30.0.1:8500, without a / at its end; not of loopback: seen from the engine, the host is the first address of networkCidr",
      ),
      {
        kind: "http(s) URL",
        meaning: "The agent's HTTP API.",
        more: "The orchestrator gets a way out to it alone. A change replaces the engine container; servers come back.",
      },
    ),
    tls: field(tls.optional(), {
      kind: "mapping",
      meaning: "Certificates for an https address.",
      byDefault: "the public authorities, and no client certificate",
    }),
    datacenter: field(line(64).optional(), {
      meaning:
        "The datacenter that the agent must be in; else nothing is registered. The token then needs `agent:read`.",
      byDefault: "any",
    }),
    prefix: field(
      pattern(/^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$/, "1 to 24 small letters, digits and '-', a letter first").default(
        "mcp",
      ),
      { meaning: "What the services' names begin with: `PREFIX-SERVER`." },
    ),
  },
  "a mapping with address, or embedded",
);

/** Where the fleet is announced. */
export const consulKeys = {
  consul: key(consul.optional(), {
    kind: "mapping, or `embedded`",
    meaning: "A Consul agent at which the fleet registers; `embedded`: one inside the engine.",
    see: "[Discovery](discovery.md)",
    words: { embedded: { address: EMBEDDED } },
    example: { address: "http://172.30.0.1:8500" },
  }),
  consulPort: key(port.default(PORTS.consul), {
    meaning: "Port of the host: the embedded Consul's HTTP API.",
    see: "[Embedded](discovery.md#embedded)",
    example: 18500,
  }),
  consulToken: key(pattern(/^[\x21-\x7e]*$/, "a token without spaces").default(""), {
    secret: true,
    kind: "ACL token",
    meaning: "The token with which it registers; it needs `service:write` for the prefix.",
    byDefault: "the anonymous one",
    see: "[Tokens](discovery.md#token)",
    example: "VALUE",
  }),
  consulKey: key(text.default(""), {
    secret: true,
    kind: "PEM text",
    meaning: "The key of `consul.tls.certificate`.",
    example: "VALUE",
  }),
};
