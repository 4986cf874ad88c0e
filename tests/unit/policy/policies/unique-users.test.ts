import { container, INNER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("unique-users", {
  passes: [
    { what: "two users", given: [container({ user: "11000" }), container({ user: "11001:11000" })] },
    { what: "root, which is own-user's", given: [container({ user: "0" }), container({ user: "0" })] },
    { what: "never started", given: [container(), withRole("volume-files", { start: false })] },
  ],
  fails: [
    {
      what: "the same, inside and outside",
      given: [container({ name: "a" }), container({ name: "b" }, { host: INNER })],
      says: /^b: runs as user 11000, as a does/,
    },
  ],
});
