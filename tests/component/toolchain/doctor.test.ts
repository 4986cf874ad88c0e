import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/fleet/command";

const PROJECT = join(__dirname, "../../..");

describe("doctor, of the machine's ways out", () => {
  let cache: string;
  before(() => {
    cache = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
  });
  after(() => rmSync(cache, { recursive: true }));

  /** What it says of the machine, in a network of its own that has these. */
  const said = async (...ways: string[]): Promise<string> => {
    const link = ["mount -t sysfs sysfs /sys", "ip link add e0 mtu 1300 type veth peer name e1"];
    const network = [...link, "ip link set e1 up", "ip link set e0 up", ...ways].join(" && ");
    const doctor = `bash ${PROJECT}/toolchain/doctor.sh ${cache} ${PROJECT} --json`;
    const { stdout, stderr } = await run("unshare", ["--net", "--mount", "bash", "-c", `${network} && ${doctor}`]);
    assert.ok(stdout.startsWith("{"), stderr);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; detail: string }[] };
    const machine = checks.find(({ name }) => name === "machine");
    assert.equal(machine?.ok, true, "a machine without a way out is no failure: sites may be air-gapped");
    assert.match(machine.detail, /, SELinux (off|permissive|enforcing), /);
    return machine.detail.slice(machine.detail.indexOf("way out"));
  };
  const ipv6 = ["ip -6 addr add fd00::2/64 dev e0 nodad", "ip -6 route add default via fd00::1 dev e0"];

  it("says which interface the engine's packets leave by, and how large they may be", async () => {
    const ipv4 = ["ip addr add 10.9.9.2/24 dev e0", "ip route add default via 10.9.9.1"];
    assert.equal(await said(...ipv6, ...ipv4), "way out: IPv4 by e0, 1300 bytes a packet");
  });

  it("says what is missing where there is IPv6 only, or no way out", async () => {
    assert.equal(await said(...ipv6), "way out: IPv6 only; pulls, image builds and egress of the engine need IPv4");
    assert.equal(await said(), "way out: none; pulls, image builds and egress of the engine need one");
  });
});
