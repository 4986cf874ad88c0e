import assert from "node:assert/strict";
import { merged } from "../../../manifest/fragment";

describe("parts of a manifest", () => {
  it("become one: lists are joined without doubles, mappings merged, and the later value counts", () => {
    const one = { egress: ["a:443", "b:443"], resources: { memory: "1g", cpus: 1 }, home: true };
    const other = { egress: ["b:443", "c:443"], resources: { memory: "2g" }, storage: [{ name: "x", path: "/x" }] };
    assert.deepEqual(merged([one, other, other]), {
      egress: ["a:443", "b:443", "c:443"],
      resources: { memory: "2g", cpus: 1 },
      home: true,
      storage: [{ name: "x", path: "/x" }],
    });
    assert.deepEqual(merged([]), {});
  });
});
