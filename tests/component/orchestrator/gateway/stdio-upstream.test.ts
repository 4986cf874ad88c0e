import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StdioUpstream } from "../../../../orchestrator/gateway/upstream/stdio-upstream";
import { ByteBudget } from "../../../../orchestrator/gateway/wire/byte-budget";
import { Frame } from "../../../../orchestrator/gateway/wire/frame";
import { pause, until } from "../../../support/mcp-init/mcp-init";

const REFUSAL = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"too many sessions"}}\n';

describe("gateway: a connection to mcp-init", function () {
  this.timeout(15_000);
  const path = join(tmpdir(), `mcp-stdio-upstream-${process.pid}.sock`);
  let server: Server;
  let onSocket: (socket: Socket) => void;
  const sockets: Socket[] = [];
  const heard: string[] = [];
  const told: string[] = [];

  beforeEach(async () => {
    heard.length = told.length = 0;
    server = createServer((socket) => {
      sockets.push(socket);
      onSocket(socket.on("error", () => {}));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(path, { force: true });
  });

  async function open(patience: number): Promise<StdioUpstream> {
    const upstream = await StdioUpstream.open(path, patience, new ByteBudget(64 * 2 ** 20));
    upstream.user = {
      message: ({ text }) => told.push(text),
      ended: ({ reason, busy }) => told.push(`${busy ? "busy" : "ended"}: ${reason}`),
    };
    return upstream;
  }
  const say = (upstream: StdioUpstream, text: string): void => upstream.send(Frame.read(text));

  it("is tried again while there is no place, with all that was said, in order", async () => {
    let refusals = 3;
    onSocket = (socket) => {
      if (refusals-- > 0) socket.end(REFUSAL);
      else socket.on("data", (chunk) => heard.push(chunk.toString())).write('{"jsonrpc":"2.0","id":1,"result":{}}\n');
    };
    const upstream = await open(2_000);
    say(upstream, '{"id":1,"method":"a"}');
    await pause(30);
    say(upstream, '{"id":2,"method":"b"}');
    await until("the answer", () => told.length, Boolean);
    assert.equal(told[0], '{"jsonrpc":"2.0","id":1,"result":{}}');
    assert.equal(heard.join(""), '{"id":1,"method":"a"}\n{"id":2,"method":"b"}\n');
    upstream.close();
  });

  it("is given up when there was no place for too long, and at once when nobody wants it", async () => {
    let attempts = 0;
    onSocket = (socket) => {
      attempts++;
      socket.end(REFUSAL);
    };
    await open(150);
    await until("the end", () => told.length, Boolean);
    assert.deepEqual(told, ["busy: too many sessions"]);
    const closed = await open(5_000);
    closed.close();
    await pause(100);
    const before = attempts;
    await pause(100);
    assert.equal(attempts, before);
    assert.equal(told.length, 1, "who closed it is not told");
  });

  it("is tried again when mcp-init waited in vain for its refusal to be read, as the gateway stood still", async () => {
    server.close();
    // In a process of its own, for this one stands still: the first connection is refused and closed, the next one answered.
    const script = `let first = true;
      require("node:net").createServer((socket) => {
        socket.on("error", () => {});
        if (!first) return socket.on("data", () => socket.write('{"jsonrpc":"2.0","id":1,"result":{}}\\n'));
        first = false;
        socket.write(${JSON.stringify(REFUSAL)}, () => socket.destroy());
      }).listen(${JSON.stringify(path)}, () => console.log("listens"));`;
    const other = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(other.stdout, "data");
      const opening = open(2_000);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      const upstream = await opening;
      say(upstream, '{"id":1,"method":"a"}');
      await until("an answer or the end", () => told.length, Boolean);
      assert.deepEqual(told, ['{"jsonrpc":"2.0","id":1,"result":{}}']);
      upstream.close();
    } finally {
      other.kill();
      await once(other, "close");
    }
  });

  it("does not take a server's own error for a refusal", async () => {
    onSocket = (socket) => {
      socket.write('{"id":1,"result":{}}\n');
      socket.end(REFUSAL.replace("too many sessions", "Parse error"));
    };
    await open(2_000);
    await until(
      "the end",
      () => told.length,
      (count) => count === 2,
    );
    assert.deepEqual(told, ['{"id":1,"result":{}}', "ended: its process ended"]);
  });

  it("reads a flood at a bearable rate", async () => {
    let size = 0;
    const line = Buffer.from(
      `${JSON.stringify({ method: "notifications/x", params: { x: "x".repeat(100_000) } })}\n`.repeat(10),
    );
    onSocket = (socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(line)) {}
      };
      socket.on("drain", more);
      more();
    };
    const upstream = await open(0);
    const count = ({ text }: Frame): void => {
      size += text.length;
    };
    upstream.user = { message: count, ended: () => {} };
    await until(
      "the first burst",
      () => size,
      (read) => read > 67e6, // of 64 MiB
      20_000,
    );
    await pause(300);
    const [burst, began] = [size, performance.now()];
    await pause(1_000);
    const rate = (size - burst) / (performance.now() - began);
    assert.ok(rate < 12e3, `${rate} bytes in a millisecond`);
    assert.ok(size > burst, "but it is read on");
    upstream.close();
  });

  it("ends, and nothing else, when the gateway fails at what was said", async () => {
    onSocket = (socket) => socket.write('{"id":1,"result":{}}\n{"id":2,"result":{}}\n');
    const upstream = await StdioUpstream.open(path, 0, new ByteBudget(64 * 2 ** 20));
    upstream.user = {
      message: () => {
        throw new RangeError("too deep");
      },
      ended: ({ reason }) => told.push(reason),
    };
    await until("the end", () => told.length, Boolean);
    assert.deepEqual(told, ["it sent a message that cannot be handled: too deep"]);
    assert.equal(upstream.alive, false);
  });
});
