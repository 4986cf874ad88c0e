import assert from "node:assert/strict";
import { SignInLinks } from "../../../../orchestrator/security/sign-in-links";

describe("sign-in links", () => {
  let now = 0;
  const links = new SignInLinks(() => now);

  it("are good once, for a minute", () => {
    const { code, seconds } = links.make("token");
    assert.equal(seconds, 60);
    assert.equal(links.use("other"), undefined);
    assert.equal(links.use(code), "token");
    assert.equal(links.use(code), undefined);
    const late = links.make("token").code;
    now += 60_000;
    assert.equal(links.use(late), undefined);
  });

  it("that nobody uses make room for others", () => {
    const first = links.make("first").code;
    const codes = Array.from({ length: 64 }, () => links.make("other").code);
    assert.equal(links.use(first), undefined);
    assert.equal(links.use(codes[0] as string), "other");
  });
});
