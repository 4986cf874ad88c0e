import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { connect as dialTls } from "node:tls";
import { eventually } from "../../support/eventually";

const PROGRAM = join(__dirname, "../../../images/egress/relay-by-name");
/** The whole of 127.0.0.0/8 is this machine: each run has an address of its own. */
const ADDRESS = `127.77.${(process.pid >> 8) % 256}.${1 + (process.pid % 254)}`;
/** A client that is passed on nowhere. */
const REFUSED = "127.77.0.9";
const RELAYED = ["2525 mail.example.com", "4443 a.example.com", "4443 b.example.com"]
  .map((line) => `${ADDRESS} ${line}`)
  .join("\n");

/** All that comes until the other side ends. */
async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {}); // an end like any other
  await once(socket, "close");
  return Buffer.concat(chunks);
}

describe("the egress proxy's relay", function () {
  this.timeout(60_000);
  let relay: ChildProcess;
  let proxy: Server;
  let said = "";
  /** What the proxy was asked for. */
  let asked: string[] = [];
  /** What the proxy does with a tunnel, once it was asked for. */
  let serve: (socket: Socket, first: Buffer) => void;

  const accept = (socket: Socket, greeting = ""): void =>
    void socket.write(`HTTP/1.1 200 Connection established\r\n\r\n${greeting}`);

  before(async () => {
    proxy = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      socket.once("data", (chunk: Buffer) => {
        const end = chunk.indexOf("\r\n\r\n") + 4;
        asked.push(chunk.toString("latin1", 0, end).split("\r\n")[0] ?? "");
        serve(socket, chunk.subarray(end));
      });
    });
    await once(proxy.listen(3_128, ADDRESS), "listening");
    relay = spawn("perl", [PROGRAM], {
      env: { PATH: process.env.PATH, RELAYED, REFUSED },
      stdio: ["ignore", "inherit", "pipe"],
    });
    relay.stderr?.on("data", (text) => {
      said += text;
    });
    await eventually(async () => {
      const socket = dial(4_443, ADDRESS);
      await once(socket, "connect");
      socket.destroy();
    }, 20_000);
  });
  beforeEach(() => {
    asked = [];
    serve = (socket) => accept(socket);
  });
  after(() => {
    relay.kill("SIGKILL");
    proxy.close();
  });

  it("brings each byte to the one host of a port, and back, also when one side has said all", async () => {
    serve = (socket, first) => {
      accept(socket);
      let count = first.length;
      socket.on("data", (chunk: Buffer) => {
        count += chunk.length;
      });
      socket.on("end", () => socket.end(Buffer.alloc(3_000_000, `${count} `)));
    };
    const socket = dial({ port: 2_525, host: ADDRESS, allowHalfOpen: true });
    socket.end(Buffer.alloc(5_000_000, "x"));
    const answer = await all(socket);
    assert.equal(answer.length, 3_000_000);
    assert.match(answer.toString("latin1", 0, 20), /^5000000 5000000 /);
    assert.deepEqual(asked, ["CONNECT mail.example.com:2525 HTTP/1.1"]);
  });

  it("passes nothing on for an address that has no way out", async () => {
    assert.equal((await all(dial({ port: 2_525, host: ADDRESS, localAddress: REFUSED }))).length, 0);
    assert.deepEqual(asked, []);
  });

  it("lets a server speak first", async () => {
    serve = (socket) => {
      accept(socket, "220 mail.example.com\r\n");
      socket.end();
    };
    assert.equal((await all(dial(2_525, ADDRESS))).toString(), "220 mail.example.com\r\n");
  });

  it("tells two hosts of a port apart by TLS's server name, and by HTTP's Host", async () => {
    const tls = dialTls({ port: 4_443, host: ADDRESS, servername: "b.example.com", rejectUnauthorized: false });
    tls.on("error", () => {});
    await eventually(async () => assert.deepEqual(asked, ["CONNECT b.example.com:4443 HTTP/1.1"]), 10_000);
    tls.destroy();
    const http = dial(4_443, ADDRESS);
    http.write("GET / HTTP/1.1\r\nAccept: *\r\nHo");
    http.write("st: A.example.com:4443\r\n\r\n");
    await eventually(async () => assert.equal(asked[1], "CONNECT a.example.com:4443 HTTP/1.1"), 10_000);
    http.destroy();
  });

  it("closes what names no host of the list, and says so in its log", async () => {
    for (const first of [
      "GET / HTTP/1.1\r\nHost: c.example.com\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "\0\0\0\x08\x04\xd2",
    ]) {
      const socket = dial(4_443, ADDRESS);
      socket.write(first, "latin1");
      assert.equal((await all(socket)).length, 0);
    }
    // Nothing of these is a whole ClientHello with a name.
    for (const hello of ["\x16\x03\x01\x00\x02\x01\x00", "\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00"]) {
      const socket = dial(4_443, ADDRESS);
      socket.write(hello, "latin1");
      assert.equal((await all(socket)).length, 0);
    }
    assert.deepEqual(asked, []);
    await eventually(
      async () => assert.match(said, /cannot tell which of a\.example\.com b\.example\.com is meant/),
      10_000,
    );
  });

  it("hands the proxy's refusal to whoever speaks HTTP, and closes for others", async () => {
    const refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!\n";
    const ask = async () => {
      const http = dial(4_443, ADDRESS);
      http.write("GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n");
      return (await all(http)).toString();
    };
    serve = (socket) => void socket.end(refusal);
    assert.equal(await ask(), refusal);
    assert.equal((await all(dial(2_525, ADDRESS))).length, 0);
    // In pieces, on a connection that stays; and cut off.
    serve = (socket) => {
      socket.write(refusal.slice(0, -4));
      setTimeout(() => socket.write(refusal.slice(-4)), 200);
    };
    assert.equal(await ask(), refusal);
    serve = (socket) => void socket.end(refusal.slice(0, -2));
    assert.equal(await ask(), refusal.slice(0, -2));
  });

  it("has 64 connections for a server, and closes one more", async () => {
    const open = Array.from({ length: 64 }, () => dial(4_443, ADDRESS).on("error", () => {}));
    await Promise.all(open.map((socket) => once(socket, "connect")));
    await eventually(async () => {
      const more = dial(4_443, ADDRESS);
      const closed = await Promise.race([
        all(more).then(() => true),
        new Promise((go) => setTimeout(go, 1_000, false)),
      ]);
      more.destroy();
      assert.ok(closed);
    }, 20_000);
    for (const socket of open) socket.destroy();
    serve = (socket) => {
      accept(socket, "there is room again");
      socket.end();
    };
    await eventually(async () => assert.match((await all(dial(2_525, ADDRESS))).toString(), /room again/), 20_000);
  });
});
