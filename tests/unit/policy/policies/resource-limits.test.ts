import { bad, one } from "../../../support/policy/case";
import { container, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

/** A container that mounts a path of its host. */
testPolicy("resource-limits", {
  passes: [
    one("all three", container()),
    one("processor time by quota", container({ cpus: undefined, cpuQuota: 50_000 })),
    one("processes by a cgroup", container({ ulimits: undefined, cgroupParent: "mcp.slice" })),
    one("not known yet", container({ memory: LATER, cpus: LATER, ulimits: LATER })),
    one("the engine", withRole("engine", { memory: undefined, cpus: undefined, ulimits: undefined })),
    one("one of them not known yet", container({ ulimits: [LATER], cpus: undefined, cpuQuota: LATER })),
    one("swap, which Docker bounds by itself", container({ memorySwap: undefined })),
    one("many processes its config allows", container({ ulimits: [{ name: "nproc", hard: 50_000 }] }), {
      maximumProcesses: 50_000,
    }),
  ],
  fails: [
    bad("no memory", /memory has no limit/, container({ memory: undefined })),
    bad("unlimited swap", /memorySwap is -1/, container({ memorySwap: -1 })),
    bad("no processors", /cpus has no limit/, container({ cpus: undefined })),
    bad("no processes", /processes have no limit/, container({ ulimits: [{ name: "nofile", hard: 9 }] })),
    bad("unlimited processes", /processes have no limit/, container({ ulimits: [{ name: "nproc", hard: -1 }] })),
    bad(
      "several at once",
      /memory has no limit; cpus has no limit; processes/,
      container({ memory: 0, cpus: "", ulimits: [] }),
    ),
    bad("memory below nothing", /memory has no limit/, container({ memory: -1 })),
    bad("no processor", /cpus has no limit/, container({ cpus: "0.0" })),
    bad("no quota", /cpus has no limit/, container({ cpus: undefined, cpuQuota: -1 })),
    bad(
      "any number of processes",
      /nproc is 1000000, expected 32768/,
      container({ ulimits: [{ name: "nproc", hard: 1e6 }] }),
    ),
    bad("root, whom nproc does not bind", /does not bind root/, container({ user: "0:0" })),
  ],
});
