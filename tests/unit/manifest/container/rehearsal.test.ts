import assert from "node:assert/strict";
import { containerSpec } from "../../../../manifest/container/container-spec";
import { createOptions } from "../../../../manifest/container/create-options";
import { Owner } from "../../../../manifest/container/labels";
import { rehearsalManifest, rehearsalOptions } from "../../../../manifest/container/rehearsal";
import { manifest } from "../../../support/manifest/documents";

describe("a copy that rehearses a newer image", () => {
  const original = manifest({
    egress: ["api.example.com:443"],
    mounts: [
      { volume: "workspace", path: "/workspace", readOnly: false },
      { folder: "code", path: "/code", readOnly: false },
    ],
    sessions: { warmPool: 2 },
  });
  const copy = rehearsalManifest(original, 14_995);

  it("has the server's ways out and room, and can change nothing of anybody's", () => {
    const { name, user, egress, resources, mounts, sessions } = copy;
    assert.deepEqual([name, user, sessions.warmPool], [`${original.name}-learn`, 14_995, 0]);
    assert.deepEqual([egress, resources], [original.egress, original.resources]);
    assert.deepEqual(mounts, [{ volume: "workspace", path: "/workspace", readOnly: true }]);
  });

  it("has every wall of a server's container", () => {
    const spec = containerSpec(copy, { image: "sha256:1", stack: "p/s", managedBy: Owner.Api });
    const { Labels, ...options } = rehearsalOptions(spec, { server: original.name, until: 5 });
    const { Labels: own, ...same } = createOptions(spec);
    assert.deepEqual(options, same);
    const marks = { "dind-mcp.learns-until": "5", "dind-mcp.copy-of": original.name };
    assert.deepEqual(Labels, { ...own, ...marks });
  });
});
