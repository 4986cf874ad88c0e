import { bad, one, volume } from "../support/case";
import { INNER } from "../support/resources";
import { testPolicy } from "../support/test-policy";

testPolicy("protected-volumes", {
  passes: [
    one("not in production", volume()),
    one("protected", volume({}, { protect: true }), { production: true }),
    one("inside the engine", volume({}, { host: INNER }), { production: true }),
  ],
  fails: [bad("not protected", /mcp-data: is not protected/, volume(), { production: true })],
});
