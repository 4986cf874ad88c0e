import assert from "node:assert/strict";
import { noteOf, type Server, serverRows } from "../../../../cli/servers/server";

const MIB = 2 ** 20;
const data = { name: "data", path: "/data", size: 10 * MIB };

describe("a server in a list", () => {
  it("is told with its storage when that holds more than it may, beside what is wrong", () => {
    assert.equal(noteOf({ storage: [data, { ...data, used: 10 * MIB }] }), "");
    const over = { ...data, used: 12 * MIB };
    assert.equal(noteOf({ storage: [over] }), "storage data holds 12 of 10 MiB");
    assert.equal(noteOf({ reason: "no answer", storage: [over] }), "no answer; storage data holds 12 of 10 MiB");
    const texts = { name: "a", status: "running", transport: "stdio", managedBy: "api", version: "1" };
    const server = { ...texts, sessions: 0, storage: [over] } as unknown as Server;
    assert.match(serverRows([server]), /a +running .* storage data holds 12 of 10 MiB/);
  });

  it("of an older orchestrator, which tells of no storage, is told without", () => {
    assert.equal(noteOf({ reason: "no answer" }), "no answer");
  });
});
