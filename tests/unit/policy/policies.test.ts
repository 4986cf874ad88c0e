import assert from "node:assert/strict";
import { policies } from "../../../policy/pack";
import { ALL_LATER, CASES, STRANGER } from "./support/cases";
import { container, violations } from "./support/resources";

describe("the policy pack", () => {
  const ids = policies.map(({ about }) => about.id);

  it("has cases for each of its policies, and each id once", () => {
    assert.deepEqual(Object.keys(CASES).sort(), [...new Set(ids)].sort());
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const { about, settings } of policies) {
    const cases = CASES[about.id] ?? { passes: [], fails: [] };

    describe(about.id, () => {
      for (const { what, given, config } of cases.passes) {
        it(`lets pass: ${what}`, async () => assert.deepEqual(await violations(about.id, given, config), []));
      }
      for (const { what, given, config, says } of cases.fails) {
        it(`finds: ${what}`, async () => {
          const found = await violations(about.id, given, config);
          assert.equal(found.length, 1, found.join("\n"));
          assert.match(found[0] ?? "", says);
          assert.ok(found[0]?.endsWith(`To fix: ${about.fix}`));
          assert.doesNotMatch(found[0] ?? "", /hunter2|ghp_/, "tells no secret");
        });
      }

      it("can be lifted for one resource by name, with a reason", async () => {
        const first = cases.fails[0];
        assert.ok(first);
        const names = first.given.map(({ name, props }, index) => String(props?.name ?? name ?? `r${index}`));
        const exceptions = names.map((name) => ({ name, reason: "for this test" }));
        assert.deepEqual(await violations(about.id, first.given, { ...first.config, exceptions }), []);
        const other = { ...first.config, exceptions: [{ name: "another", reason: "for this test" }] };
        assert.equal((await violations(about.id, first.given, other)).length, 1);
        assert.ok(settings.exceptions);
      });

      it("has no word about what it does not know, or what is not its own", async () => {
        assert.deepEqual(await violations(about.id, [STRANGER]), []);
        assert.deepEqual(await violations(about.id, [container()]), []);
        assert.deepEqual(await violations(about.id, [ALL_LATER]), []);
      });

      it("says why, how to fix it and where that is written", () => {
        const { title, reason, fix, references, exceptions = {} } = about;
        for (const text of [title, reason, fix, ...Object.values(exceptions)]) assert.ok(text.length > 15, text);
        assert.ok(references.length > 0);
        assert.match(title, /^[A-Z].*\.$/);
      });
    });
  }
});
