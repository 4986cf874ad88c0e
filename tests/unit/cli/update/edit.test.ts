import assert from "node:assert/strict";
import { type Change, changeText, withNewest, withVersion } from "../../../../cli/update/edit";

const change = (
  kind: Change["kind"],
  name: string,
  have: string,
  newest: string,
  more: Partial<Change> = {},
): Change => ({
  ...{ kind, name, have, newest },
  ...more,
});

describe("update: a newer version in a text", () => {
  it("takes the place of the very version, and of no longer name or number", () => {
    const npm = change("npm", "@a/b", "1.2.3", "1.10.0");
    assert.equal(
      withNewest('RUN npm i "@a/b@1.2.3" x@a/b@1.2.3 @a/b@1.2.30 @a/b@1.2.3-rc.1 @a/bc@1.2.3', npm),
      'RUN npm i "@a/b@1.10.0" x@a/b@1.2.3 @a/b@1.2.30 @a/b@1.2.3-rc.1 @a/bc@1.2.3',
    );
    const pypi = change("pypi", "tide", "1.0", "2.0");
    assert.equal(
      withNewest("pip install tide==1.0 tide[cli] == 1.0 low-tide==1.0 tide==1.0.1", pypi),
      "pip install tide==2.0 tide[cli] == 2.0 low-tide==1.0 tide==1.0.1",
    );
    const go = change("go", "example.com/a/b", "v1.0.0", "v1.1.0");
    assert.equal(withNewest("go install example.com/a/b@v1.0.0", go), "go install example.com/a/b@v1.1.0");
  });

  it("of an image has its digest, where there was one", () => {
    const [old, now] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
    const pinned = change("image", "r.example/me/x", "1.0", "1.2", { digest: old, newestDigest: now });
    assert.equal(withNewest(`image: r.example/me/x:1.0@${old}`, pinned), `image: r.example/me/x:1.2@${now}`);
    const tag = change("image", "node", "24-slim", "26-slim", { base: true });
    assert.equal(
      withNewest("FROM node:24-slim AS a\nFROM x/node:24-slim", tag),
      "FROM node:26-slim AS a\nFROM x/node:24-slim",
    );
    assert.equal(
      changeText({ ...pinned, newest: "1.0" }),
      `image r.example/me/x ${"a".repeat(12)} -> ${"b".repeat(12)}`,
    );
  });

  it("is the manifest's version too, where that was the package's", () => {
    const npm = change("npm", "weather", "1.9.0", "1.10.0");
    assert.equal(withVersion("name: w\nversion: 1.9.0 # of weather\n", npm), "name: w\nversion: 1.10.0 # of weather\n");
    assert.equal(withVersion('version: "1.9.0"\n', npm), 'version: "1.10.0"\n');
    assert.equal(withVersion("version: 3.0.0\n", npm), "version: 3.0.0\n");
    assert.equal(withVersion("version: 1.9.0\n", change("image", "weather", "1.9.0", "2.0.0")), "version: 1.9.0\n");
  });
});
