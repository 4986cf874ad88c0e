import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mock } from "node:test";
import { ClientStream } from "../../../../../orchestrator/gateway/downstream/client-stream";
import { HttpReply, type HttpReplyOptions } from "../../../../../orchestrator/gateway/downstream/http-reply";
import { Frame } from "../../../../../orchestrator/gateway/wire/frame";

const answer = (id: number) => Frame.result(String(id), "{}");
const event = (frame: Frame): string => `event: message\ndata: ${frame.text}\n\n`;
const note = Frame.notification("notifications/message", {});

describe("gateway: the answer to a POST", () => {
  let server: Server;
  let use: (reply: HttpReply) => void;
  let options: HttpReplyOptions;

  before(async () => {
    server = createServer((_request, response) => {
      use(new HttpReply(response, () => new ClientStream(), options));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function given(more: HttpReplyOptions, does: (reply: HttpReply) => void): Promise<[string, string]> {
    options = more;
    use = does;
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assert.equal(response.status, 200);
    return [response.headers.get("content-type") ?? "", await response.text()];
  }

  it("is JSON when it comes soon, and a stream that began in time when it does not", async () => {
    const soon = await given({ earlyMs: 5_000 }, (reply) => reply.answer(answer(1)));
    assert.deepEqual(soon, ["application/json", answer(1).text]);
    const late = await given({ earlyMs: 20 }, (reply) => {
      setTimeout(() => {
        assert.ok(reply.streaming);
        reply.answer(answer(1));
      }, 100);
    });
    assert.deepEqual(late, ["text/event-stream", event(answer(1))]);
  });

  it("has its headers long before it is there", async () => {
    options = { earlyMs: 20, early: { "mcp-session-id": "s" } };
    let reply: HttpReply | undefined;
    use = (one) => {
      reply = one;
    };
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assert.equal(response.headers.get("mcp-session-id"), "s");
    reply?.answer(answer(1));
    assert.equal(await response.text(), event(answer(1)));
  });

  it("is kept alive by comments, so that a proxy with a minute of patience waits for it (B05)", async () => {
    options = { earlyMs: 20 };
    let reply: HttpReply | undefined;
    use = (one) => {
      reply = one;
    };
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      mock.timers.tick(50_000);
      reply?.answer(answer(1));
      assert.equal(await response.text(), `: \n\n: \n\n${event(answer(1))}`);
    } finally {
      mock.timers.reset();
    }
  });

  it("has the form that the client takes", async () => {
    const told = (reply: HttpReply): void => {
      reply.notify(note);
      reply.answer(answer(1));
    };
    const aside: Frame[] = [];
    assert.deepEqual(await given({}, told), ["text/event-stream", event(note) + event(answer(1))]);
    const json = await given({ forms: "json", earlyMs: 0, aside: (frame) => aside.push(frame) }, told);
    assert.deepEqual(json, ["application/json", answer(1).text]);
    assert.deepEqual(aside, [note]);
    assert.deepEqual(await given({ forms: "stream" }, (reply) => reply.answer(answer(1))), [
      "text/event-stream",
      event(answer(1)),
    ]);
  });

  it("holds the answers of a batch in either form", async () => {
    const two = (reply: HttpReply): void => {
      reply.answer(answer(2));
      reply.answer(answer(1));
    };
    assert.deepEqual(await given({ open: 2 }, two), ["text/event-stream", event(answer(2)) + event(answer(1))]);
    assert.deepEqual(await given({ open: 2, forms: "json" }, two), [
      "application/json",
      `[${answer(2).text},${answer(1).text}]`,
    ]);
    const left = (reply: HttpReply): void => {
      reply.leave("2");
      reply.answer(answer(1));
    };
    assert.deepEqual(await given({ open: 2 }, left), ["text/event-stream", event(answer(1))]);
    assert.deepEqual(await given({ open: 2, forms: "json" }, left), ["application/json", `[${answer(1).text}]`]);
  });

  it("is an empty stream when the request was cancelled", async () => {
    assert.deepEqual(await given({}, (reply) => reply.leave("1")), ["text/event-stream", ""]);
    assert.deepEqual(
      await given({ open: 2 }, (reply) => {
        reply.leave("1");
        reply.leave("2");
      }),
      ["text/event-stream", ""],
    );
    const [type, text] = await given({ forms: "json" }, (reply) => reply.leave('"x"'));
    assert.deepEqual(
      [type, JSON.parse(text)],
      ["application/json", { jsonrpc: "2.0", id: "x", error: { code: -32800, message: "the request was cancelled" } }],
    );
  });
});
