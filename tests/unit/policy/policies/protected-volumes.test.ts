import { bad, one, volume } from "../../../support/policy/case";
import { INNER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("protected-volumes", {
  passes: [
    one("not in production", volume()),
    one("protected", volume({}, { protect: true }), { production: true }),
    one("inside the engine", volume({}, { host: INNER }), { production: true }),
  ],
  fails: [bad("not protected", /mcp-data: is not protected/, volume(), { production: true })],
});
