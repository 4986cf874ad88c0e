import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "../../../support/components/mocks";
import { engineHost, ROOT } from "../../../support/components/parts";
import { container } from "../../../support/components/queries";

/** What Docker gives every container, and the three that an engine needs besides (docs/security.md). */
const DOCKER = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];
const MORE = ["NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE"];

/** What SYS_ADMIN and SYS_PTRACE open in Docker's profile and an engine does without (images/engine/README.md). */
const CLOSED = [
  ...["fanotify_init", "lookup_dcookie", "perf_event_open", "quotactl", "quotactl_fd", "syslog"],
  ...["process_vm_readv", "process_vm_writev"],
];

interface Seccomp {
  defaultAction: string;
  syscalls: { names: string[]; action: string; includes?: { caps?: string[] } }[];
}

const engine = async () => container((await record(() => engineHost())).resources, "engine").inputs;

describe("the engine's privileges", () => {
  it("are Docker's defaults and three capabilities more, as Docker reads them back, not privileged", async () => {
    const { capabilities, privileged } = await engine();
    const names = [...DOCKER, ...MORE].map((name) => `CAP_${name}`).sort();
    assert.deepEqual(capabilities, { adds: names, drops: ["ALL"] });
    assert.equal(privileged, undefined);
  });

  it("come with a reason each", () => {
    const file = JSON.parse(readFileSync(join(ROOT, "images/engine/privileges.json"), "utf8")) as {
      capabilities: { name: string; reason: string }[];
      securityOptions: { name: string; reason: string }[];
    };
    for (const { name, reason } of [...file.capabilities, ...file.securityOptions]) assert.ok(reason.length > 20, name);
  });

  it("and so does every chain of its firewall", () => {
    const { firewall } = JSON.parse(readFileSync(join(ROOT, "images/engine/privileges.json"), "utf8")) as {
      firewall: { name: string; reason: string }[];
    };
    for (const { name, reason } of firewall) assert.ok(reason.length > 20, name);
    const script = readFileSync(join(ROOT, "images/engine/firewall.sh"), "utf8");
    const made = [...script.matchAll(/(?: -[NP] |-t (?=mangle))((?:mangle -A )?[A-Z-]+)/g)].map(([, name]) =>
      name?.replace("-A ", ""),
    );
    assert.ok(made.length >= 6, made.join(", "));
    assert.deepEqual(new Set(firewall.map(({ name }) => name)), new Set(made));
  });

  it("are held by our seccomp profile: what it does not name is refused, and so is what an engine does without", async () => {
    const { securityOpts } = await engine();
    const [seccomp = "", ...others] = securityOpts as string[];
    assert.deepEqual(others, ["apparmor=unconfined"]);
    assert.match(seccomp, /^seccomp=\{/);
    const profile = JSON.parse(seccomp.replace("seccomp=", "")) as Seccomp;
    assert.equal(profile.defaultAction, "SCMP_ACT_ERRNO");
    const held = [...DOCKER, ...MORE].map((name) => `CAP_${name}`);
    const open = profile.syscalls
      .filter(
        ({ action, includes }) => action === "SCMP_ACT_ALLOW" && (includes?.caps ?? []).every((c) => held.includes(c)),
      )
      .flatMap(({ names }) => names);
    const of = (names: string[]) => names.filter((name) => open.includes(name));
    assert.deepEqual(of(["keyctl", "pivot_root", "mount", "ptrace"]), ["keyctl", "pivot_root", "mount", "ptrace"]);
    assert.deepEqual(of(CLOSED), []);
  });

  it("keep SELinux's labels off the engine where the host engine gives them, and nowhere else", async () => {
    const options = async (selinux?: boolean) => {
      const { resources } = await record(() => engineHost({ selinux }));
      return (container(resources, "engine").inputs.securityOpts as string[]).slice(1);
    };
    assert.deepEqual(await options(true), ["apparmor=unconfined", "label=disable"]);
    for (const other of [false, undefined]) assert.deepEqual(await options(other), ["apparmor=unconfined"]);
  });

  it("end at a root file system that is read-only and a cgroup namespace of its own", async () => {
    const inputs = await engine();
    assert.equal(inputs.readOnly, true);
    assert.equal(inputs.cgroupnsMode, "private");
    assert.deepEqual(Object.keys(inputs.tmpfs as object).sort(), ["/run", "/tmp"]);
    const doors = ["devices", "mounts", "pidMode", "ipcMode", "usernsMode", "gpus", "user", "groupAdds", "sysctls"];
    assert.deepEqual(
      doors.filter((door) => inputs[door] !== undefined),
      [],
    );
  });
});
