import assert from "node:assert/strict";
import type { HttpCall } from "../../../support/orchestrator/gateway/http-server";
import { DONE, HttpSite } from "../../../support/orchestrator/gateway/http-site";
import type { Reply } from "../../../support/orchestrator/gateway/mcp-client";

const LARGE = "x".repeat(17 * 1024 * 1024);
const log = (data: string): object => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params: { level: "info", data },
});
const answer = ({ body }: HttpCall): object => ({ jsonrpc: "2.0", id: body.id, result: DONE });

/** What came, each message by its data or its id. */
const came = ({ messages }: Reply): unknown[] =>
  messages.map((text) => {
    const { id, params } = JSON.parse(text);
    return id === undefined ? params.data.length : "answer";
  });

/** One message above the unread bytes at which a client is disconnected that does not read (16 MiB). */
describe("gateway: a large message of a server, with more behind it", function () {
  this.timeout(30_000);
  let web: HttpSite;

  beforeEach(async () => {
    web = await HttpSite.open();
    web.onCall = (call) => {
      const event = call.stream();
      for (const message of [log(LARGE), log("small"), answer(call)]) event(message);
      call.response.end();
    };
  });
  afterEach(() => web.close());

  it("reaches a client on its call's stream, and the answer too, in both eras", async () => {
    const all = await web.site.client();
    const _meta = { "io.modelcontextprotocol/logLevel": "debug" };
    for (const start of [
      () => all.start("web__x"),
      () => web.site.caller("web").startModern("tools/call", { name: "x", _meta }),
    ]) {
      const reply = start();
      await reply.done;
      assert.equal(reply.broken, undefined);
      assert.deepEqual(came(reply), [LARGE.length, 5, "answer"]);
    }
  });

  it("reaches a client on its standing stream, and so does what follows", async () => {
    web.onGet = (call) => {
      const event = call.stream();
      for (const message of [log("first"), log(LARGE), log("small"), log("smaller")]) event(message);
    };
    const client = await web.site.client("web", { initialized: false });
    const stream = await client.listen();
    await client.ask({ jsonrpc: "2.0", method: "notifications/initialized" });
    await stream.has("smaller", 20_000);
    assert.deepEqual(came(stream), [5, LARGE.length, 5, 7]);
    assert.equal(web.site.gateway.sessions()[0]?.streams, 1);
  });
});
