import assert from "node:assert/strict";
import { readLog } from "../../examples/consumer/fleet-client";
import { checkVersion } from "../../examples/consumer/fleet-outputs";
import { OUTPUTS_VERSION } from "../../outputs";

describe("the consumer's program", () => {
  it("was written for the outputs as they are; others it refuses, and says what to do", () => {
    checkVersion("organization/dind-mcp/dev", OUTPUTS_VERSION);
    assert.throws(() => checkVersion("o/p/s", 3), /^Error: outputs version of o\/p\/s: got 3, expected 2\. Bring/);
    assert.throws(() => checkVersion("o/p/s", "2"), /got "2", expected 2/);
    assert.throws(() => checkVersion("o/p/s", undefined), /got none \(is the stack up, and is it a dind-mcp stack\?\)/);
  });

  it("gives a client's failure in the client's words, with the way to run it again", () => {
    const failure = /the client failed \(exit 1\): no such tool\n.*pulumi up --replace 'urn:x'/;
    assert.throws(() => readLog(1, "no such tool\r\n", "urn:x"), failure);
    assert.deepEqual(readLog(0, '{"tools":[],"answer":"a"}\n', "urn:x"), { tools: [], answer: "a" });
  });
});
