import { bad, one } from "../support/case";
import { container } from "../support/resources";
import { testPolicy } from "../support/test-policy";

testPolicy("no-privileged", {
  passes: [one("a container", container()), one("said to be none", container({ privileged: false }))],
  fails: [bad("privileged", /mcp-good: privileged is true\. To fix: /, container({ privileged: true }))],
});
