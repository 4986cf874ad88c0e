import { bad, one } from "../../../support/policy/case";
import { container } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("no-host-devices", {
  passes: [
    one("none", container()),
    one("one its config allows", container({ devices: [{ hostPath: "/dev/kvm" }] }), {
      allowed: { "mcp-good": ["/dev/kvm"] },
    }),
    one("GPUs its config allows", container({ gpus: "all" }), { allowed: { "mcp-good": ["gpus"] } }),
    one("no request", container({ deviceRequests: [], gpus: "" })),
  ],
  fails: [
    bad("a disk", /device \/dev\/sda/, container({ devices: [{ hostPath: "/dev/sda" }] })),
    bad("GPUs", /has gpus/, container({ gpus: "all" })),
    bad("by request", /has deviceRequests/, container({ deviceRequests: [{ count: -1 }] })),
    bad("by rule", /has deviceCgroupRules/, container({ deviceCgroupRules: ["a *:* rwm"] })),
  ],
});
