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
const RELAYED = ["2525 mail.example.com", "4443 a.example.com", "4443 b.example.com", "8443 *"]
  .map((line) => `${ADDRESS} ${line}`)
  .join("\n");

/** TLS's alerts: access_denied, internal_error. */
const DENIED = Buffer.from([21, 3, 1, 0, 2, 2, 49]);
const FAILED = Buffer.from([21, 3, 1, 0, 2, 2, 80]);

/** A ClientHello with these extensions, as one TLS record. */
function hello(extensions: Buffer): Buffer {
  const size = (bytes: number, value: number) => Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex");
  const rest = Buffer.concat([
    size(2, 2),
    size(2, 0x1301),
    size(1, 1),
    size(1, 0),
    size(2, extensions.length),
    extensions,
  ]);
  const body = Buffer.concat([size(2, 0x0303), Buffer.alloc(32), size(1, 0), rest]);
  const message = Buffer.concat([size(1, 1), size(3, body.length), body]);
  return Buffer.concat([size(1, 22), size(2, 0x0301), size(2, message.length), message]);
}

/** The extension with a server's name. */
function serverName(name: string): Buffer {
  const header = Buffer.alloc(9);
  for (const [at, more] of [
    [2, 5],
    [4, 3],
    [7, 0],
  ] as const)
    header.writeUInt16BE(Buffer.byteLength(name) + more, at);
  return Buffer.concat([header, Buffer.from(name)]);
}

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
      stdio: ["ignore", "pipe", "inherit"],
    });
    relay.stdout?.on("data", (text) => {
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

  /** What comes back for these first words. */
  const answerTo = async (port: number, first: string | Buffer): Promise<Buffer> => {
    const socket = dial(port, ADDRESS);
    socket.write(first);
    return await all(socket);
  };

  it("refuses what names no host of the list, each in its own protocol, and says so as the proxy's log does", async () => {
    for (const first of ["GET / HTTP/1.1\r\nHost: c.example.com\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"])
      assert.match(
        (await answerTo(4_443, first)).toString(),
        /^HTTP\/1\.1 403 [\s\S]*names no host that is listed for port 4443/,
      );
    assert.equal((await answerTo(4_443, Buffer.from("0000000804d2", "hex"))).length, 0);
    // Nothing of these is a whole ClientHello with a name.
    for (const first of ["16030100020100", "16030100050200000100"])
      assert.deepEqual(await answerTo(4_443, Buffer.from(first, "hex")), DENIED);
    assert.deepEqual(asked, []);
    const line = (what: string) => new RegExp(`^\\d+\\.\\d{3} ${ADDRESS} TCP_DENIED/403 0 CONNECT ${what}$`, "m");
    await eventually(async () => assert.match(said, line("c\\.example\\.com:4443 NOT_LISTED")), 10_000);
    await eventually(async () => assert.match(said, line("-:4443 NO_NAME")), 10_000);
  });

  it("asks for any name where every connection names its host, and for nothing else", async () => {
    serve = (socket) => void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const named = ["Some.Example.org", "10.0.0.1", "db.internal"];
    for (const name of named) assert.deepEqual(await answerTo(8_443, hello(serverName(name))), DENIED);
    assert.deepEqual(
      asked,
      named.map((name) => `CONNECT ${name.toLowerCase()}:8443 HTTP/1.1`),
    );
    asked = [];
    await answerTo(8_443, "GET http://b.example.org/ HTTP/1.1\r\nHost: a.example.org:80\r\n\r\n");
    assert.deepEqual(asked, ["CONNECT a.example.org:8443 HTTP/1.1"], "an address in the request does not count");
    serve = (socket) => void socket.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    assert.deepEqual(await answerTo(8_443, hello(serverName("a.example.org"))), FAILED);
  });

  it("is not led astray by names that are none, hellos in pieces, or none at all", async () => {
    serve = (socket) => void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const tricks: Record<string, Buffer> = {
      "a line's end": hello(serverName("a.example.org:443 HTTP/1.1\r\nX: y")),
      "a space": hello(serverName("a.example.org b")),
      "a zero byte": hello(serverName("a.example.org\0.example.com")),
      "an IPv6 address": hello(serverName("[::1]")),
      "an empty name": hello(serverName("")),
      "a name that is too long": hello(serverName("a".repeat(300))),
      "no name": hello(Buffer.alloc(0)),
      "a length past the end": hello(Buffer.concat([serverName("a.example.org").subarray(0, 12)])),
    };
    for (const [what, first] of Object.entries(tricks)) assert.deepEqual(await answerTo(8_443, first), DENIED, what);
    const whole = hello(serverName("a.example.org"));
    const records = [whole.subarray(5, 40), whole.subarray(40)].flatMap((part) => [
      Buffer.from([22, 3, 1, 0, part.length]),
      part,
    ]);
    assert.deepEqual(await answerTo(8_443, Buffer.concat(records)), DENIED, "a hello in two records");
    for (const first of [
      "SSH-2.0-x\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b@c\r\n\r\n",
    ])
      assert.doesNotMatch((await answerTo(8_443, first)).toString(), /200/, first);
    assert.deepEqual(
      asked.filter((line) => line !== "CONNECT a:8443 HTTP/1.1"),
      [],
    );
    asked = [];
    // Byte for byte, as a slow network brings it.
    const slow = dial(8_443, ADDRESS)
      .setNoDelay(true)
      .on("error", () => {});
    await once(slow, "connect");
    for (const byte of whole) {
      slow.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await eventually(async () => assert.deepEqual(asked, ["CONNECT a.example.org:8443 HTTP/1.1"]), 20_000);
    slow.destroy();
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
