import { bad, one } from "../../../support/policy/case";
import { container, INNER, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("capabilities", {
  passes: [
    one("none", container()),
    one("not known yet", container({ capabilities: LATER })),
    one("the engine's written set", withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } })),
    one("one its config allows", container({ capabilities: { drops: ["all"], adds: ["CAP_NET_RAW"] } }), {
      allowed: { "mcp-good": ["net_raw"] },
    }),
    one("drops not known yet, one of them", container({ capabilities: { drops: [LATER] } })),
  ],
  fails: [
    bad("nothing dropped", /drops does not hold ALL/, container({ capabilities: undefined })),
    bad("one too many", /adds NET_RAW/, container({ capabilities: { drops: ["ALL"], adds: ["NET_RAW"] } })),
    bad(
      "one the engine has no reason for",
      /adds SYS_MODULE/,
      withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN", "SYS_MODULE"] } }),
    ),
    bad(
      "what says it is the engine, inside the engine",
      /adds SYS_ADMIN/,
      withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } }, { host: INNER }),
    ),
    bad("all of them", /adds all/, container({ capabilities: { drops: ["ALL"], adds: ["all"] } })),
  ],
});
