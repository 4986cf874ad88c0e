import { bad, type Cases, neverStarted, one, port } from "./case";
import { container, type Given, INNER, LATER, withRole } from "./resources";

const network = (subnet: string): Given => ({
  type: "docker:index/network:Network",
  name: subnet,
  props: { ipamConfigs: [{ subnet }] },
});
const certificate = (type: string, props: Record<string, unknown>): Given => ({
  type: `tls:index/${type}`,
  props: { validityPeriodHours: 100, earlyRenewalHours: 10, ...props },
  host: null,
});
const DATA = { volumeName: "mcp-engine", containerPath: "/var/lib/docker" };
const engine = withRole("engine", { name: "mcp-engine-container", volumes: [DATA] });
const mounts = (volumeName: string, more: Omit<Given, "props"> = {}): Given =>
  container({ volumes: [{ volumeName, containerPath: "/x" }] }, more);
const both = (what: string, first: Given, second: Given, says = /overlaps/) => ({ what, given: [first, second], says });

/** ... ways around the others, and what only looks like one. */
export const HARD_STACK_CASES: Record<string, Cases> = {
  "tls-certificates": {
    passes: [
      one(
        "uses of its key",
        certificate("locallySignedCert:LocallySignedCert", { allowedUses: ["key_encipherment", "server_auth"] }),
      ),
      one("a use not known yet", certificate("locallySignedCert:LocallySignedCert", { allowedUses: [LATER] })),
    ],
    fails: [
      bad(
        "signs programs as well",
        /server_auth and code_signing/,
        certificate("locallySignedCert:LocallySignedCert", { allowedUses: ["server_auth", "code_signing"] }),
      ),
      bad(
        "an authority for everything",
        /any_extended/,
        certificate("selfSignedCert:SelfSignedCert", {
          isCaCertificate: true,
          allowedUses: ["cert_signing", "any_extended"],
        }),
      ),
    ],
  },
  "own-user": {
    passes: [one("groups by number", container({ user: "11000:12000", groupAdds: ["12001"] }))],
    fails: [
      bad("root's group", /group is "0"/, container({ user: "11000:0" })),
      bad("a group's name", /group is "root"/, container({ user: "11000:root" })),
      bad("one more group", /groupAdds has "docker"/, container({ groupAdds: ["docker"] })),
    ],
  },
  "only-containers": {
    passes: [one("a container", container())],
    fails: [
      bad("a service", /swarm service/, { type: "docker:index/service:Service", props: { name: "s" } }),
      bad("a plugin", /plugin/, { type: "docker:index/plugin:Plugin", props: { name: "p" } }),
    ],
  },
  "engine-volumes": {
    passes: [
      { what: "a volume of its own", given: [engine, mounts("mcp-own")] },
      { what: "one of the same name in another engine", given: [engine, mounts("mcp-engine", { host: INNER })] },
      {
        what: "the carrier of its certificates",
        given: [engine, withRole("volume-files", { ...neverStarted, volumes: [DATA] })],
      },
      { what: "one not known yet", given: [engine, container({ volumes: [{ volumeName: LATER }] })] },
    ],
    fails: [
      { what: "the engine's", given: [engine, mounts("mcp-engine")], says: /^mcp-good: mounts the volume mcp-engine/ },
      {
        what: "by mounts, before it",
        given: [container({ mounts: [{ type: "volume", source: "mcp-engine", target: "/x" }] }), engine],
        says: /mounts the volume mcp-engine/,
      },
    ],
  },
  "inner-provider": {
    passes: [
      one(
        "a server's label inside",
        container({ labels: [{ label: "dind-mcp.server", value: "f" }] }, { host: INNER }),
      ),
    ],
    fails: [
      bad(
        "a server by its label",
        /MCP server files/,
        container({ labels: [{ label: "dind-mcp.server", value: "files" }] }),
      ),
    ],
  },
  "unique-ports": {
    passes: [{ what: "every address of IPv4, and one of IPv6", given: [port("0.0.0.0"), port("::1")] }],
    fails: [
      {
        what: "two providers of one engine",
        given: [port("127.0.0.1", 80, { host: INNER }), port("127.0.0.1", 80, { host: INNER })],
        says: /port 80/,
      },
    ],
  },
  "separate-subnets": {
    passes: [{ what: "two of IPv6", given: [network("fd00::/64"), network("fd00:0:0:1::/64")] }],
    fails: [
      both("IPv6", network("fd00::/48"), network("fd00:0:0:1::/64")),
      both("written with an address of it", network("10.1.0.1/24"), network("10.1.0.0/24")),
    ],
  },
};
