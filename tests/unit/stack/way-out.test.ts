import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkMtu, wayOutMtu } from "../../../stack/way-out";

const HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
/** A line of /proc/net/route. */
const route = (
  name: string,
  more: { to?: string; mask?: string; flags?: string; metric?: number; mtu?: number } = {},
) => {
  const { to = "00000000", mask = "00000000", flags = "0003", metric = 0, mtu = 0 } = more;
  return `${name}\t${to}\t010200C0\t${flags}\t0\t0\t${metric}\t${mask}\t${mtu}\t0\t0   \n`;
};

describe("the host's way out", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** A machine with these routes and the MTUs of its interfaces. */
  const mtu = (routes: string[], interfaces: Record<string, number>) => {
    mkdirSync(join(root, "proc/net"), { recursive: true });
    writeFileSync(join(root, "proc/net/route"), HEAD + routes.join(""));
    for (const [name, bytes] of Object.entries(interfaces)) {
      mkdirSync(join(root, "sys/class/net", name), { recursive: true });
      writeFileSync(join(root, "sys/class/net", name, "mtu"), `${bytes}\n`);
    }
    return wayOutMtu(root);
  };
  const docker = route("docker0", { to: "000011AC", mask: "0000FFFF", flags: "0001" });

  it("has the MTU of the default route's interface", () => {
    assert.equal(mtu([docker, route("wlan0")], { docker0: 1500, wlan0: 1420, lo: 65_536 }), 1420);
  });

  it("is the default route that the kernel prefers, and that leads somewhere", () => {
    const routes = [
      ...[route("eth0", { metric: 600 }), route("tun0", { metric: 50 })],
      ...[route("down0", { flags: "0002" }), route("none0", { flags: "0201" })],
    ];
    assert.equal(mtu(routes, { eth0: 1500, tun0: 1300, down0: 1200, none0: 1100 }), 1300);
  });

  it("has the MTU of the route itself where that has one", () => {
    assert.equal(mtu([route("eth0", { mtu: 1350 })], { eth0: 1500 }), 1350);
  });

  it("is unknown without a default route, and where there is no /proc", () => {
    // Half of the internet, as some VPNs have it, is no default route.
    assert.equal(mtu([docker, route("tun0", { mask: "00000080" })], { docker0: 1500, tun0: 1300 }), undefined);
    assert.equal(wayOutMtu(join(root, "elsewhere")), undefined);
  });
});

describe("the MTU of the engine's network", () => {
  const of = (asked: number, found: number | undefined) => networkMtu({ networkMtu: asked }, found);

  it("is the one that is asked for, whatever the host's way out has", () => {
    for (const found of [undefined, 1400, 1500, 9000]) assert.deepEqual(of(1450, found), { mtu: 1450 });
  });

  it("is the way out's below 1500; else Docker's own. What was found replaces no network", () => {
    assert.deepEqual(of(0, 1400), { mtu: 1400, mtuFound: true });
    for (const found of [undefined, 1500, 9000, 100, Number.NaN])
      assert.deepEqual(of(0, found), { mtu: undefined, mtuFound: true }, String(found));
  });
});
