import { bad, one } from "../../../support/policy/case";
import { container, type Given, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const options = (...securityOpts: (string | symbol)[]): Given =>
  container({ securityOpts: ["no-new-privileges:true", ...securityOpts] });

testPolicy("security-profiles", {
  passes: [
    one("a profile of its own", container({ securityOpts: ['seccomp={"a":1}', "apparmor=mine"] })),
    one("the engine's AppArmor", withRole("engine", { securityOpts: ["apparmor=unconfined"] })),
    one("the engine's SELinux", withRole("engine", { securityOpts: ["label=disable"] })),
    one("a profile that allows what it names", options('seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}')),
    one("another type of SELinux", options("label=type:mcp_t")),
  ],
  fails: [
    bad("no seccomp", /seccomp=unconfined/, container({ securityOpts: ["seccomp=unconfined"] })),
    bad("no AppArmor", /apparmor:unconfined/, container({ securityOpts: ["apparmor:unconfined"] })),
    bad("no SELinux", /label=disable/, container({ securityOpts: ["label=disable"] })),
    bad(
      "a profile that allows all",
      /allows what it does not name/,
      options('seccomp={"defaultAction": "SCMP_ACT_ALLOW"}'),
    ),
    bad("SELinux's type for the host", /spc_t/, options("label=type:spc_t")),
    bad("the same, the old way", /unconfined_t/, options("label:type:unconfined_t")),
    bad("the kernel's files", /systempaths/, options("systempaths=unconfined")),
  ],
});
