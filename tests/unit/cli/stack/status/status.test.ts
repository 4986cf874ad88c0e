import assert from "node:assert/strict";
import { certificates } from "../../../../../cli/stack/status/certificates";
import { isolation } from "../../../../../cli/stack/status/isolation";
import { consulText } from "../../../../../cli/stack/status/text";

describe("status", () => {
  it("counts a certificate's days, and tells when the next up renews it", () => {
    const now = Date.parse("2026-11-24T00:00:00Z");
    const [server, client] = certificates({ server: "2027-11-24T00:00:00Z", client: "2026-11-23T12:00:00Z" }, now);
    assert.deepEqual([server?.daysLeft, server?.renewalDue], [365, false]);
    assert.deepEqual([client?.daysLeft, client?.renewalDue], [-1, true]);
    const [due] = certificates({ server: "2027-03-25T23:00:00Z", client: "" }, now);
    assert.deepEqual([due?.daysLeft, due?.renewalDue], [121, true]);
  });

  it("tells how registering with Consul goes, and which services are unwell", () => {
    const since = "2026-11-24T00:00:00.000Z";
    const service = (name: string, health: "passing" | "critical") => ({ id: name, name, health });
    const services = [service("mcp-orchestrator", "passing"), service("mcp-files", "critical")];
    const consul = { address: "http://10.0.0.1:8500", state: "registered" as const, since, services };
    assert.equal(consulText(consul), `http://10.0.0.1:8500  registered since ${since}; 2 services: mcp-files critical`);
    const failing = { ...consul, state: "failing" as const, reason: "ACL not found", services: [] };
    assert.match(consulText(failing), /failing since .*; 0 services\nreason +ACL not found$/);
  });

  it("reports the isolation that is in force", () => {
    const walls = {
      CapAdd: ["CAP_KILL", "CHOWN"],
      SecurityOpt: ["seccomp={}", "apparmor=mine"],
      Runtime: "runc",
      ReadonlyRootfs: true,
    };
    const plainHost = isolation({ SecurityOptions: ["name=seccomp,profile=default"], CgroupVersion: "2" }, walls);
    assert.deepEqual(plainHost, {
      privileged: false,
      capabilities: ["CHOWN", "KILL"],
      seccomp: true,
      apparmor: "off",
      userNamespace: false,
      readOnlyRoot: true,
      runtime: "runc",
      cgroupVersion: "2",
    });
    const armoured = isolation({ SecurityOptions: ["name=apparmor", "name=userns"] }, walls);
    assert.deepEqual([armoured.apparmor, armoured.userNamespace], ["mine", true]);
    assert.equal(
      isolation({ SecurityOptions: ["name=userns"] }, { ...walls, UsernsMode: "host" }).userNamespace,
      false,
    );
    assert.equal(isolation({}, { ...walls, Runtime: "sysbox-runc" }).userNamespace, true);
    assert.equal(isolation({}, { SecurityOpt: ["seccomp=unconfined"], Privileged: true }).seccomp, false);
  });
});
