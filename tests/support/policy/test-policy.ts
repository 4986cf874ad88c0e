import assert from "node:assert/strict";
import { policies } from "../../../policy/pack";
import type { Cases } from "./case";
import { CONTAINER, container, type Given, LATER, violations } from "./resources";

/** A resource that has nothing to do with containers: no policy has a word about it. */
const STRANGER: Given = { type: "aws:s3/bucket:Bucket", props: { name: "b", privileged: true }, host: null };
/** A container of which nothing is known yet. */
const ALL_LATER: Given = {
  type: CONTAINER,
  props: Object.fromEntries(Object.keys(container().props ?? {}).map((name) => [name, LATER])),
};

/** The tests of one policy of the pack: what it lets pass, what it finds, and what every policy has to keep to. */
export function testPolicy(id: string, { passes, fails }: Cases): void {
  describe(`the policy ${id}`, () => {
    for (const { what, given, config } of passes) {
      it(`lets pass: ${what}`, async () => assert.deepEqual(await violations(id, given, config), []));
    }
    for (const { what, given, config, says } of fails) {
      it(`finds: ${what}`, async () => {
        const found = await violations(id, given, config);
        assert.equal(found.length, 1, found.join("\n"));
        assert.match(found[0] ?? "", says);
        assert.ok(found[0]?.endsWith(`To fix: ${about().fix}`));
        assert.doesNotMatch(found[0] ?? "", /hunter2|ghp_/, "tells no secret");
      });
    }

    it("can be lifted for one resource by name, with a reason", async () => {
      const first = fails[0];
      assert.ok(first);
      const names = first.given.map(({ name, props }, index) => String(props?.name ?? name ?? `r${index}`));
      const exceptions = names.map((name) => ({ name, reason: "for this test" }));
      assert.deepEqual(await violations(id, first.given, { ...first.config, exceptions }), []);
      const other = { ...first.config, exceptions: [{ name: "another", reason: "for this test" }] };
      assert.equal((await violations(id, first.given, other)).length, 1);
    });

    it("has no word about what it does not know, or what is not its own", async () => {
      assert.deepEqual(await violations(id, [STRANGER]), []);
      assert.deepEqual(await violations(id, [container()]), []);
      assert.deepEqual(await violations(id, [ALL_LATER]), []);
    });

    it("says why, how to fix it and where that is written", () => {
      const { title, reason, fix, references, exceptions = {} } = about();
      for (const text of [title, reason, fix, ...Object.values(exceptions)]) assert.ok(text.length > 15, text);
      assert.ok(references.length > 0);
      assert.match(title, /^[A-Z].*\.$/);
    });
  });

  function about() {
    const policy = policies.find((one) => one.about.id === id);
    assert.ok(policy, `the pack has no policy ${id}`);
    return policy.about;
  }
}
