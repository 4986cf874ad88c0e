import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { BUILDS, build, removeBuild, until } from "../../support/mcp-init/mcp-init";

after(removeBuild);

/** The machine's own address, which stands for a container's. */
const OWN = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

/** A server that sends everything back, and ends when its client has ended. */
const ECHO = `require("net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {}).pipe(socket);
}).listen(Number(process.argv[1]), process.argv[2]);`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "0.0.0.0");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sends it, ends, and gives what came back until the other end; "" when nobody is there. */
function echoed(port: number, data: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect({ port, host: OWN, allowHalfOpen: true }, () => socket.end(data));
    socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => resolve(Buffer.alloc(0)));
    socket.on("end", () => resolve(Buffer.concat(chunks)));
  });
}

for (const which of BUILDS) {
  describe(`${which} run --relay`, function () {
    this.timeout(30_000);
    let child: ChildProcess;
    let port: number;
    let log: string;
    before(function () {
      this.timeout(60_000);
      build();
      assert.ok(OWN, "the machine has no address but loopback");
    });

    async function start(address: string): Promise<void> {
      port = await freePort();
      log = "";
      const server = ["--", process.execPath, "-e", ECHO, `${port}`, address];
      child = spawn(join(build(), which), ["run", "--relay", `${port}`, ...server], {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" },
      });
      child.stderr?.on("data", (chunk: Buffer) => {
        log += chunk.toString();
      });
      for (let text = ""; text !== "up"; ) text = (await echoed(port, Buffer.from("up"))).toString();
    }

    afterEach(async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      assert.doesNotMatch(log, /Sanitizer|runtime error/);
    });

    it("passes on all bytes in both directions, and the end of each", async () => {
      await start("127.0.0.1");
      const sizes = [0, 1, 16_384, 16_385, 5_000_000];
      const sent = sizes.map((size) => Buffer.alloc(size, `${size} `));
      const got = await Promise.all(sent.map((data) => echoed(port, data)));
      assert.deepEqual(
        got.map((data, i) => data.equals(sent[i] ?? Buffer.alloc(0))),
        sizes.map(() => true),
      );
      assert.equal(log, "");
    });

    it("takes more clients than it has room for, one after the other, also when some break off", async () => {
      await start("127.0.0.1");
      const rude = Array.from({ length: 60 }, () => connect({ port, host: OWN }).on("error", () => {}));
      await until(
        "60 connections",
        () => rude.filter(({ connecting }) => !connecting).length,
        (count) => count === 60,
      );
      for (const socket of rude) socket.write("never read", () => socket.resetAndDestroy());
      const all = await Promise.all(Array.from({ length: 300 }, (_, i) => echoed(port, Buffer.from(`client ${i}`))));
      assert.deepEqual(
        all.map(String),
        all.map((_, i) => `client ${i}`),
      );
    });

    it("says that a server on all addresses needs none, and leaves it alone", async () => {
      await start("0.0.0.0");
      await until(
        "the message",
        () => log,
        (text) => text.includes(`the server listens on port ${port} of all addresses: it needs no relay`),
      );
      assert.equal(String(await echoed(port, Buffer.from("still there"))), "still there");
    });
  });
}
