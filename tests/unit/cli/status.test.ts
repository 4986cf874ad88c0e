import assert from "node:assert/strict";
import { ExitCode } from "../../../cli/errors";
import { lines, since } from "../../../cli/log-options";
import { plain, table } from "../../../cli/output";
import { program } from "../../../cli/program";
import { refreshArguments } from "../../../cli/stack/passing";
import { certificates } from "../../../cli/stack/status/certificates";
import { isolation } from "../../../cli/stack/status/isolation";

describe("the command line's parts", () => {
  it("count a certificate's days, and tell when the next up renews it", () => {
    const now = Date.parse("2026-11-24T00:00:00Z");
    const [server, client] = certificates({ server: "2027-11-24T00:00:00Z", client: "2026-11-23T12:00:00Z" }, now);
    assert.deepEqual([server?.daysLeft, server?.renewalDue], [365, false]);
    assert.deepEqual([client?.daysLeft, client?.renewalDue], [-1, true]);
    const [due] = certificates({ server: "2027-03-25T23:00:00Z", client: "" }, now);
    assert.deepEqual([due?.daysLeft, due?.renewalDue], [121, true]);
  });

  it("report the isolation that is in force", () => {
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

  it("read a moment as people write it", () => {
    const now = 1_000_000_000;
    assert.equal(since("10m", now), 1_000_000 - 600);
    assert.equal(since("2d", now), 1_000_000 - 172_800);
    assert.equal(since("1700000000", now), 1_700_000_000);
    assert.equal(since("2026-11-24T10:00:00Z", now), Date.parse("2026-11-24T10:00:00Z") / 1_000);
    assert.throws(() => since("10 minutes", now), /--since: got "10 minutes", expected an age like 10m/);
    // What no calendar has would be an error of its own later.
    assert.equal(since("99999999999999d", now), 0);
    for (const text of ["99999999999999999", "9".repeat(400)]) assert.throws(() => since(text, now), /--since: got "9/);
  });

  it("take a number of lines, and nothing else for one", () => {
    assert.equal(lines("20"), 20);
    assert.throws(() => lines("x"), /--tail: got "x", expected a whole number/);
    assert.throws(() => lines("9".repeat(30)), /expected a whole number/);
  });

  it("wait for no time that is none", async () => {
    const root = program();
    for (const text of ["abc", "-1", "1e9", "Infinity"]) {
      const started = root.parseAsync(["engine", "start", "--timeout", text], { from: "user" });
      await assert.rejects(started, {
        code: ExitCode.Usage,
        message: `--timeout: got "${text}", expected a whole number of seconds`,
      });
    }
  });

  it("answer no question that pulumi does not ask", () => {
    assert.deepEqual(refreshArguments(["--diff"]).slice(0, 3), ["refresh", "--yes", "--skip-preview"]);
    const looks = refreshArguments(["--preview-only"]);
    assert.ok(looks.includes("--preview-only") && !looks.includes("--yes") && !looks.includes("--skip-preview"));
  });

  it("print tables that a server's text cannot break", () => {
    const text = table(
      ["NAME", "WHAT"],
      [
        ["a\u001b[31m", "one\ntwo"],
        ["longer", ""],
      ],
    );
    assert.equal(text, "NAME    WHAT\na[31m   one two\nlonger");
    assert.equal(table(["NAME"], []), "none");
    assert.equal(plain("a\u0007\u009bb\n"), "ab\n");
  });
});
