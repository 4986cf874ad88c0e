import { bad, neverStarted, one } from "../../../support/policy/case";
import { container, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("own-user", {
  passes: [
    one("a number", container()),
    one("a number without group", container({ user: "11000" })),
    one("not known yet", container({ user: LATER })),
    one("the engine", withRole("engine", { user: undefined })),
    one("never started", withRole("volume-files", neverStarted)),
    one("groups by number", container({ user: "11000:12000", groupAdds: ["12001"] })),
  ],
  fails: [
    bad("the image's", /the image's own/, container({ user: undefined })),
    bad("root by name", /"root"/, container({ user: "root" })),
    bad("root by number", /"0:0"/, container({ user: "0:0" })),
    bad("a name", /"nobody"/, container({ user: "nobody" })),
    bad("the system's", /"999"/, container({ user: "999" })),
    bad("below what config says", /from 20000/, container(), { minimumUid: 20_000 }),
    bad("root's group", /group is "0"/, container({ user: "11000:0" })),
    bad("a group's name", /group is "root"/, container({ user: "11000:root" })),
    bad("one more group", /groupAdds has "docker"/, container({ groupAdds: ["docker"] })),
  ],
});
