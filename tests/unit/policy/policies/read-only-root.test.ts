import { bad, neverStarted, one } from "../../../support/policy/case";
import { container, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("read-only-root", {
  passes: [
    one("read-only", container()),
    one("not known yet", container({ readOnly: LATER })),
    one("never started", withRole("volume-files", neverStarted)),
  ],
  fails: [
    bad("writable", /readOnly is not true/, container({ readOnly: false })),
    bad("not said, in the engine too", /readOnly is not true/, withRole("engine", { readOnly: undefined })),
  ],
});
