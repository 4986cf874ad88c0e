import { container, INNER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const MAKER = { name: "maker", entrypoints: ["/.mcp/init"], command: ["make", "--", "/storage/a.b"], restart: "no" };

testPolicy("unique-users", {
  passes: [
    { what: "two users", given: [container({ user: "11000" }), container({ user: "11001:11000" })] },
    { what: "root, which is own-user's", given: [container({ user: "0" }), container({ user: "0" })] },
    {
      what: "the one that makes its folders",
      given: [container(), withRole("storage-folders", MAKER, { host: INNER })],
    },
    { what: "never started", given: [container(), withRole("volume-files", { start: false })] },
  ],
  fails: [
    {
      what: "the same, inside and outside",
      given: [container({ name: "a" }), container({ name: "b" }, { host: INNER })],
      says: /^b: runs as user 11000, as a does/,
    },
    ...[{ restart: "always" }, { command: ["serve"] }, { entrypoints: ["/bin/sh"] }].map((more) => ({
      what: `one that only claims to make folders: ${Object.keys(more)}`,
      given: [container({ name: "a" }), withRole("storage-folders", { ...MAKER, ...more }, { host: INNER })],
      says: /runs as user 11000/,
    })),
    {
      what: "one that makes folders on the host",
      given: [container({ name: "a" }), withRole("storage-folders", MAKER)],
      says: /runs as user 11000/,
    },
  ],
});
