import { bad, neverStarted, one } from "../../../support/policy/case";
import { container, type Given, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const options = (...securityOpts: (string | symbol)[]): Given =>
  container({ securityOpts: ["no-new-privileges:true", ...securityOpts] });

testPolicy("no-new-privileges", {
  passes: [
    one("set", container()),
    one("set in the short form", container({ securityOpts: ["no-new-privileges"] })),
    one("the engine", withRole("engine", { securityOpts: [] })),
    one("a container that is never started", withRole("volume-files", neverStarted)),
    one("one not known yet", container({ securityOpts: [LATER] })),
  ],
  fails: [
    bad("not set", /no no-new-privileges/, container({ securityOpts: undefined })),
    bad("switched off", /has no-new-privileges:false/, container({ securityOpts: ["no-new-privileges:false"] })),
    bad("a carrier that is started", /no no-new-privileges/, withRole("volume-files", { securityOpts: [] })),
    bad("on, then off: Docker takes the last", /no-new-privileges=false/, options("no-new-privileges=false")),
  ],
});
