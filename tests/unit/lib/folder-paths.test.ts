import assert from "node:assert/strict";
import { isWithin } from "../../../lib/folder-paths";

describe("paths in folders", () => {
  it("are the folder itself and what lies in it, at any depth", () => {
    for (const path of ["/data", "/data/a", "/data/a/b"]) assert.equal(isWithin(path, "/data"), true, path);
    for (const path of ["/", "/database", "/other/data"]) assert.equal(isWithin(path, "/data"), false, path);
  });

  it("may be in the root, or in a folder that is written with a slash at its end", () => {
    assert.equal(isWithin("/data", "/"), true);
    assert.equal(isWithin("/data/a", "/data/"), true);
  });
});
