import assert from "node:assert/strict";
import { nearest } from "../../../lib/nearest";

describe("nearest", () => {
  const words = ["image", "egress", "env", "user", "storage", "sharedMemory"];
  it("finds the word that a misspelt one was meant to be", () => {
    const meant = Object.entries({
      ...{ imge: "image", egres: "egress", Egress: "egress", egresss: "egress", imgae: "image", strorag: "storage" },
      ...{ sharedmemory: "sharedMemory", usr: "user" },
    });
    for (const [word, expected] of meant) assert.equal(nearest(word, words), expected, word);
  });

  it("finds none when no word is near, or the word is too short to tell", () => {
    for (const word of ["colour", "ev", "", "memory", "x".repeat(100_000)])
      assert.equal(nearest(word, words), undefined);
    assert.equal(nearest("imge", []), undefined);
  });

  it("takes the nearest of several", () => assert.equal(nearest("sizes", ["sites", "size"]), "sites"));
});
