import { Role } from "../container";
import { containerPolicy } from "../define";
import { items } from "../known";

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
      "AppArmor's default profile forbids the mounts that containers are made of; its seccomp profile is one of its own (images/engine/privileges.json)",
  },
  check: ({ inputs: { securityOpts } }) =>
    items(securityOpts)
      .filter((option) => /^((seccomp|apparmor)[:=]unconfined|label[:=]disable)$/.test(option))
      .map((option) => `securityOpts has ${option}`),
});
