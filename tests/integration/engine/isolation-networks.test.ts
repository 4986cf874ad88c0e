import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { type Addresses, addresses } from "../../support/attacks/addresses";
import { inside, reachFrom, reachFromEgress, reachFromEngine, type Target } from "../../support/attacks/probe";
import { type Site, startSite } from "../../support/attacks/site";
import { LANGUAGE, SERVERS } from "../../support/clients/sessions";
import { eventually } from "../../support/eventually";
import { docker, type Fleet, theFleet } from "../../support/fleet/fleet";

const LOOK_UP = {
  node: 'require("dns").lookup(require("fs").readFileSync(0, "utf8"), (e, a) => console.log(e ? "unknown" : a))',
  python:
    'import socket, sys\ntry:\n    print(socket.gethostbyname(sys.stdin.read()))\nexcept OSError:\n    print("unknown")',
};

describe("isolation of networks", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let at: Addresses;
  let site: Site;
  let host: Server;
  /** All there is to reach, by what it is; each is proven to be there. */
  let targets: Record<string, Target>;

  before(async () => {
    fleet = await theFleet();
    at = await addresses(fleet);
    site = await startSite(fleet);
    host = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => host.listen(0, "0.0.0.0", resolve));
    const listening = host.address();
    assert.ok(listening && typeof listening === "object");
    const api = (address: string): Target => ({ host: address, port: 2376 });
    const mirror = process.env.DIND_MCP_REGISTRY_MIRROR;
    targets = {
      "the engine's API at the gateway of http": api(at.gateway("http")),
      "the engine's API at the gateway of postgres": api(at.gateway("postgres")),
      "the engine's API at the gateway of the proxy": api(at.gateway("outbound")),
      "the engine's API at the default bridge": api(at.bridge),
      "the engine's API at its outer address": api(at.engine),
      "the host, at the engine's gateway": { host: at.hostGateway, port: listening.port },
      "the database": { host: at.container("database"), port: 5432 },
      "the egress proxy, from outside": { host: at.container("egress", "mcp-outbound"), port: 3128 },
      "the orchestrator's API": { host: at.container("orchestrator"), port: 18080 },
      "the orchestrator's metrics": { host: at.container("orchestrator"), port: 19090 },
      "the orchestrator's API as published on the engine": { host: at.engine, port: 18080 },
      "a site with a public address": { host: site.address, port: 80 },
      "a site with a private address": { host: site.privateAddress, port: 80 },
      ...(mirror
        ? { "the host's image mirror": { host: new URL(mirror).hostname, port: Number(new URL(mirror).port) } }
        : {}),
    };
  });
  after(async () => {
    await site?.remove();
    host?.close();
  });

  /** Asserts that of all targets, and of addresses where nobody knows who answers, only the named are open. */
  const only = async (open: string[], reach: (list: Target[]) => Promise<string[]>): Promise<void> => {
    const all = {
      ...targets,
      "cloud metadata": { host: "169.254.169.254", port: 80 },
      "some public address": { host: "1.1.1.1", port: 443 },
    };
    const answers = await reach(Object.values(all));
    assert.deepEqual(
      Object.keys(all).filter((_, index) => answers[index] === "open"),
      open,
    );
  };

  it("what the servers are kept from is really there", async () => {
    for (const [what, target] of Object.entries(targets)) {
      assert.equal(await reachFromEngine(fleet, target), "open", `${what}: ${target.host}:${target.port}`);
    }
  });

  it("postgres reaches its database, and nothing else", () =>
    only(["the database"], (list) => reachFrom(fleet, "mcp-postgres", "node", list)));

  it("http reaches the egress proxy, and nothing else", async () => {
    await only([], (list) => reachFrom(fleet, "mcp-http", "python", list));
    assert.deepEqual(await reachFrom(fleet, "mcp-http", "python", [{ host: "egress", port: 3128 }]), ["open"]);
  });

  it("files reaches nothing", () => only([], (list) => reachFrom(fleet, "mcp-files", "node", list)));

  it("the egress proxy reaches what has a public address, and neither the engine, nor the host, nor the database", async () => {
    const answers = await reachFromEgress(fleet, Object.values(targets));
    const open = Object.keys(targets).filter((_, index) => answers[index] === "open");
    assert.deepEqual(open, ["the egress proxy, from outside", "a site with a public address"]);
    assert.deepEqual(await reachFromEgress(fleet, [{ host: "169.254.169.254", port: 80 }]), ["closed"]);
  });

  it("the orchestrator reaches itself, and nothing else: neither the engine by its network, nor servers, nor the world", () =>
    only(
      ["the orchestrator's API", "the orchestrator's metrics", "the orchestrator's API as published on the engine"],
      (list) => reachFrom(fleet, "mcp-orchestrator", "node", list),
    ));

  it("a server whose network the orchestrator is in, as in those of HTTP servers, finds none of its ports there", async () => {
    const [network, orchestrator] = ["mcp-http", "mcp-orchestrator"];
    await docker(fleet, "network", "connect", network, orchestrator);
    try {
      const joined = (await addresses(fleet)).container("orchestrator", network);
      const hosts = [joined, orchestrator, at.container("orchestrator")];
      const ports = [18_080, 19_090, 12_375];
      const list = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
      const answers = await reachFrom(fleet, network, "python", list);
      assert.deepEqual(new Set(answers), new Set(["ECONNREFUSED", "ENETUNREACH"]));
    } finally {
      await docker(fleet, "network", "disconnect", network, orchestrator);
    }
  });

  it("names of the world are known to the proxy alone: no server can carry data out by asking for names", async () => {
    await eventually(async () => {
      const known = await docker(fleet, "exec", "mcp-egress", "getent", "ahostsv4", site.publicName);
      assert.ok(known.startsWith(site.address));
    });
    for (const server of SERVERS) {
      const language = LANGUAGE[server];
      const found = await inside(fleet, `mcp-${server}`, language, LOOK_UP[language], site.publicName);
      assert.equal(found, "unknown", server);
    }
    assert.equal(await inside(fleet, "mcp-orchestrator", "node", LOOK_UP.node, site.publicName), "unknown");
  });
});
