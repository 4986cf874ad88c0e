import { Role } from "../../manifest/container/labels";
import { containerPolicy } from "../define";
import { items } from "../known";

/** Options that take a confinement away; for the rest of them, the engine's default stays. */
const OFF = [
  /^(seccomp|apparmor)[:=]unconfined$/,
  /^label[:=](disable|type:(spc_t|unconfined_t|container_runtime_t))$/,
  /^(systempaths[:=]unconfined|writable-cgroups([:=]true)?)$/,
];
/** A seccomp profile that allows every call it does not name. */
const ALLOWS_BY_DEFAULT = /^seccomp[:=].*"defaultAction"\s*:\s*"SCMP_ACT_(ALLOW|LOG)"/s;

export const securityProfiles = containerPolicy({
  id: "security-profiles",
  title: "No container switches its seccomp, AppArmor or SELinux confinement off.",
  severity: "high",
  reason:
    "The default profiles close some 50 system calls and the kernel's own files, which nobody misses until an exploit does.",
  fix: "remove the option, or give a profile of its own: seccomp={...}",
  references: ["CIS Docker 5.2", "CIS Docker 5.3", "CIS Docker 5.22", "OWASP Docker rule 6"],
  exceptions: {
    [Role.Engine]:
      "AppArmor's default profile and SELinux's default type forbid the mounts that containers are made of; its seccomp profile is one of its own (images/engine/privileges.json)",
  },
  check: ({ inputs: { securityOpts } }) =>
    items(securityOpts)
      .filter((option) => [...OFF, ALLOWS_BY_DEFAULT].some((off) => off.test(option)))
      .map((option) => {
        const isProfile = ALLOWS_BY_DEFAULT.test(option);
        return isProfile ? "its seccomp profile allows what it does not name" : `securityOpts has ${option}`;
      }),
});
