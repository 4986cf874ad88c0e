import assert from "node:assert/strict";
import { pause } from "../../../support/mcp-init/mcp-init";
import type { HttpCall } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE, HttpSite } from "../../../support/orchestrator/gateway/http-site";

const HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** What comes before the answer, each in as many pieces as it has elements. */
const KINDS: [string, string[]][] = [
  ["100", [CONTINUE]],
  ["100 of HTTP/1.0, with headers and no words", ["HTTP/1.0 100\r\nDate: now\r\nConnection: keep-alive\r\n\r\n"]],
  ["100 byte by byte", [...CONTINUE]],
  ["100 twice, cut within both", [`${CONTINUE}HTTP/1.`, "1 100 Continue\r", "\n\r", "\n"]],
  ["102 and 100", ["HTTP/1.1 102 Processing\r\n\r\n", CONTINUE]],
  ["103", [HINTS]],
  ["103, 100 and 103 at once", [HINTS + CONTINUE + HINTS]],
  ["104, and 199, which nobody knows", ["HTTP/1.1 104 Upload\r\n\r\n", "HTTP/1.1 199 X\r\nContent-Length: 0\r\n\r\n"]],
];

/** An answer whose body looks like the beginning of another one. */
const TEXT = { content: [{ type: "text", text: CONTINUE }] };

async function raw({ request: { socket } }: HttpCall, pieces: readonly string[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await pause(3);
  }
}

describe("gateway: interim answers (1xx) of a server behind HTTP that nobody asked for", function () {
  this.timeout(20_000);
  let web: HttpSite;

  beforeEach(async () => {
    web = await HttpSite.open();
  });
  afterEach(() => web.close());

  for (const [what, pieces] of KINDS) {
    it(`${what}: skipped, before JSON and before a stream`, async () => {
      const client = await web.site.client("web");
      for (const isStream of [false, false, true]) {
        web.onCall = async (call) => {
          await raw(call, pieces);
          if (!isStream) return call.result(TEXT);
          call.stream()({ jsonrpc: "2.0", id: call.body.id, result: TEXT });
          call.response.end();
        };
        assert.deepEqual((await client.call("x")).result, TEXT);
      }
      assert.equal(web.tools.length, 3, "no call was made twice");
    });
  }

  it("in the middle of an answer's body it is a part of the body", async () => {
    const client = await web.site.client("web");
    web.onCall = async ({ request: { socket }, body }) => {
      const json = JSON.stringify({ jsonrpc: "2.0", id: body.id, result: { content: [{ type: "text", text: "#" }] } });
      const [before, after] = json.split("#") as [string, string];
      const text = "HTTP/1.1 100 Continue";
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${json.length - 1 + text.length}\r\n\r\n${before}`);
      await pause(20);
      socket.write(text);
      await pause(20);
      socket.write(after);
    };
    assert.equal((await client.call("x")).result?.content[0].text, "HTTP/1.1 100 Continue");
  });

  for (const headers of ["Upgrade: websocket\r\nConnection: Upgrade\r\n", ""]) {
    it(`101 ${headers ? "" : "without a name "}is refused with the reason, and the next call goes on`, async () => {
      const client = await web.site.client("web");
      web.onCall = (call) => void raw(call, [`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`]);
      assertFailed(await client.call("x"), /HTTP 101, a change of protocol that nobody asked for/);
      assert.equal(web.tools.length, 1, "no call was made twice");
      web.onCall = (call) => call.result(DONE);
      assert.deepEqual((await client.call("x")).result, DONE);
    });
  }

  it("while nothing is asked it ends that connection only", async () => {
    const client = await web.site.client("web");
    web.onCall = (call) => {
      call.result(DONE);
      setTimeout(() => call.request.socket.write(CONTINUE), 5);
    };
    for (let times = 0; times < 3; times++) {
      assert.deepEqual((await client.call("x")).result, DONE);
      await pause(20);
    }
  });
});
