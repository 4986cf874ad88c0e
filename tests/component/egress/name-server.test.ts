import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { join } from "node:path";
import { eventually } from "../../support/eventually";

const PROGRAM = join(__dirname, "../../../images/egress/name-server");
/** The whole of 127.0.0.0/8 is this machine: each run has addresses of its own. */
const [ADDRESS, OTHER] = [1, 2].map((last) => `127.79.${(process.pid >> 8) % 256}.${(process.pid % 126) * 2 + last}`);
const PORT = 5_353;

describe("the egress proxy's name server", function () {
  this.timeout(60_000);
  let server: ChildProcess;
  const resolver = (address = ADDRESS): Resolver => {
    const one = new Resolver({ timeout: 5_000, tries: 2 });
    one.setServers([`${address}:${PORT}`]);
    return one;
  };

  before(async () => {
    const relayed = [`${ADDRESS} 443 *`, `${ADDRESS} 80 *`, `${OTHER} 443 *`, "127.79.0.9 22 git.example.com"];
    server = spawn("perl", [PROGRAM, String(PORT)], {
      env: { PATH: process.env.PATH, RELAYED: relayed.join("\n") },
      stdio: "inherit",
    });
    await eventually(async () => void (await resolver().resolve4("ready.example.com")), 20_000);
  });
  after(() => server.kill("SIGKILL"));

  it("gives every name with a dot its own address, each network's to those of the network", async () => {
    for (const name of ["api.example.com", "A.b.c.d.example.ORG", "db.internal", "_x.example.com"])
      assert.deepEqual(await resolver().resolve4(name), [ADDRESS], name);
    assert.deepEqual(await resolver(OTHER).resolve4("api.example.com"), [OTHER]);
  });

  it("knows no name without a dot, and no other records", async () => {
    await assert.rejects(resolver().resolve4("database"), { code: "ENOTFOUND" });
    await assert.rejects(resolver().resolve6("api.example.com"), { code: "ENODATA" });
    await assert.rejects(resolver().resolveTxt("api.example.com"), { code: "ENODATA" });
    await assert.rejects(resolver().resolve4(""), { code: "ENOTFOUND" });
  });

  it("goes on after what is no question, and answers none of it", async () => {
    const socket = createSocket("udp4");
    const answers: Buffer[] = [];
    socket.on("message", (message) => answers.push(message));
    const head = (flags: number, count: number) => Buffer.from([1, 2, flags, 0, 0, count, 0, 0, 0, 0, 0, 0]);
    const name = Buffer.from("\x01a\x01b\0\0\x01\0\x01", "latin1");
    const odd = [
      Buffer.alloc(0),
      Buffer.alloc(16),
      Buffer.concat([head(0x80, 1), name]), // an answer
      Buffer.concat([head(0x28, 1), name]), // an update
      Buffer.concat([head(0, 0), name]),
      Buffer.concat([head(0, 2), name]),
      Buffer.concat([head(0, 1), name.subarray(0, -3)]),
      Buffer.concat([head(0, 1), Buffer.from([192, 12, 0, 1, 0, 1])]), // a name that points to itself
      Buffer.concat([head(0, 1), Buffer.alloc(400, 63)]),
      Buffer.alloc(1_400, 255),
    ];
    for (const one of odd) socket.send(one, PORT, ADDRESS);
    const right = Buffer.concat([head(1, 1), name]);
    socket.send(right, PORT, ADDRESS);
    if (answers.length === 0) await once(socket, "message");
    assert.deepEqual(await resolver().resolve4("api.example.com"), [ADDRESS]);
    socket.close();
    assert.equal(answers.length, 1);
    assert.equal(answers[0]?.toString("hex", 0, 12), "010281800001000100000000");
    assert.ok(server.exitCode === null);
  });
});
