import assert from "node:assert/strict";
import { lastBackupIn, lastBackupText } from "../../../../../cli/backup/last-backup";
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

  it("tells how long ago the last backup was, that there never was one, or that nobody knows", () => {
    const time = "2026-12-01T00:00:00.000Z";
    const after = (seconds: number) =>
      lastBackupText(lastBackupIn(JSON.stringify({ time }), Date.parse(time) + seconds * 1_000));
    for (const [seconds, text] of [
      [0, "0 s"],
      [59, "59 s"],
      [60, "1 min"],
      [3_599, "59 min"],
      [3 * 3_600, "3 h"],
      [47 * 3_600, "47 h"],
      [48 * 3_600, "2 days"],
      [-60, "0 s"],
    ] as const)
      assert.equal(after(seconds), `${text} ago (${time})`);
    assert.equal(lastBackupText(lastBackupIn("", 0)), "never");
    assert.equal(lastBackupText(undefined), "unknown: the engine does not answer");
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
