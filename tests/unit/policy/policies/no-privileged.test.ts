import { bad, one } from "../../../support/policy/case";
import { container } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("no-privileged", {
  passes: [one("a container", container()), one("said to be none", container({ privileged: false }))],
  fails: [bad("privileged", /mcp-good: privileged is true\. To fix: /, container({ privileged: true }))],
});
