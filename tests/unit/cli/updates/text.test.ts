import assert from "node:assert/strict";
import { bestLink, webLink } from "../../../../cli/add/link";
import { npmNewest } from "../../../../cli/updates/newest";
import { updatesText } from "../../../../cli/updates/text";

describe("updates: what npm says", () => {
  const answer = (said: unknown, code = 0) => npmNewest("a", { code, stdout: JSON.stringify(said), stderr: "x" });

  it("is the newest version, of a package without a program too", () => {
    const time = { "2.0.0": "2026-11-01T00:00:00Z" };
    const repository = { url: "git+ssh://git@example.com/me/a.git" };
    assert.deepEqual(answer({ version: "2.0.0", time, repository, homepage: "https://a.example" }), {
      ...{ version: "2.0.0", published: new Date("2026-11-01"), link: "https://example.com/me/a" },
    });
    const old = answer({ version: "2.0.0", homepage: "https://a.example/x", deprecated: "use b" });
    assert.deepEqual(old, { version: "2.0.0", link: "https://a.example/x", warning: "deprecated: use b" });
    assert.throws(
      () => answer({ error: { code: "E404", summary: "not there" } }, 1),
      /npm:a: npm does not find it: not there/,
    );
    assert.throws(() => answer({ error: { code: "ECONNREFUSED", summary: "refused" } }, 1), /npm failed: refused/);
    assert.equal(npmNewest("a", { stdout: "", stderr: "" }), undefined);
  });
});

describe("updates: a package's page", () => {
  it("is its changelog, else its repository, else its home page", () => {
    const home = "Homepage, https://a.example/home";
    const code = "Source Code, https://a.example/code";
    assert.equal(bestLink([home, code, "Changelog, https://a.example/changes"]), "https://a.example/changes");
    assert.equal(bestLink([home, code], "https://a.example/"), "https://a.example/code");
    assert.equal(bestLink(["Docs, https://a.example/docs"], "https://a.example/"), "https://a.example/");
    assert.equal(bestLink(["Changelog, javascript:alert(1)", home]), "https://a.example/home");
  });

  it("is an address of the web, without a password", () => {
    for (const bad of [
      "https://me:secret@a.example/",
      "file:///etc/passwd",
      "https://a b",
      7,
      `https://a/${"x".repeat(300)}`,
    ]) {
      assert.equal(webLink(bad), undefined, String(bad));
    }
    assert.equal(webLink("git@example.com:me/a.git"), "https://example.com/me/a");
  });
});

describe("updates: the table", () => {
  it("has a line for each thing, says who did not answer, and counts", () => {
    const published = new Date("2026-11-20T00:00:00Z");
    const text = updatesText(
      {
        servers: ["a", "b", "c"],
        items: [
          {
            server: "a",
            kind: "npm",
            name: "x",
            have: "1.0.0",
            newest: "1.1.0",
            newer: true,
            published,
            link: "https://x/",
          },
          {
            server: "a",
            kind: "image",
            base: true,
            name: "node",
            have: "24",
            newest: "24",
            newer: false,
            warning: "old",
          },
          {
            server: "c",
            kind: "git",
            name: "https://g/\u001b[31m",
            have: "1".repeat(40),
            unasked: "no\u001b[31m network",
          },
          {
            server: "c",
            kind: "image",
            name: "i",
            have: "1",
            digest: `sha256:${"a".repeat(64)}`,
            newest: "2",
            newer: true,
            newestDigest: `sha256:${"b".repeat(64)}`,
          },
        ],
        counts: { newer: 2, unasked: 1 },
      },
      new Date("2026-12-01T00:00:00Z"),
    );
    const lines = text.split("\n").map((line) => line.trimEnd().replace(/ {2,}/g, " | "));
    assert.deepEqual(lines.slice(0, 4), [
      "SERVER | WHAT | HAVE | NEWEST | AGE | LINK",
      "a | npm x | 1.0.0 | 1.1.0 | 11 days ago | https://x/",
      "a | base image node | 24 | same",
      "b | nothing pinned",
    ]);
    assert.match(lines[4] ?? "", /^c \| git https:\/\/g\/.* \| 111111111111 \| \?$/);
    assert.equal(lines[5], "c | image i | 1 aaaaaaaaaaaa | 2 bbbbbbbbbbbb");
    assert.match(lines[6] ?? "", /^note: a, base image node: 24 is old$/);
    assert.match(lines[7] ?? "", /^not known: c, git .*: no.* network$/);
    assert.equal(lines[8], "2 of 4 have something newer, 1 not known");
    assert.equal(
      updatesText({ servers: [], items: [], counts: { newer: 0, unasked: 0 } }),
      "the catalog has no servers",
    );
  });
});
