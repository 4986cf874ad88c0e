import assert from "node:assert/strict";
import { once } from "node:events";
import { guardedServer } from "../../../../orchestrator/http/guarded-server";
import { listen, shut } from "../../../../orchestrator/http/listening";
import { config } from "../../../support/orchestrator/security/requests";

describe("orchestrator: a guarded server lives on", () => {
  const { limits } = config();
  const guard = { admit: () => undefined };

  it("when answering fails: that connection ends, nobody else's", async () => {
    const server = guardedServer({
      ...{ guard, limits, refuse: () => {} },
      handle: async (request, response) => {
        if (request.url === "/fails") throw new Error("secret reason");
        response.end("well");
        if (request.url === "/twice") response.write("more");
      },
    });
    const port = await listen(server, 0, "127.0.0.1");
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
    await assert.rejects(ask("/fails"));
    await ask("/twice").catch(() => {}); // whether its end was sent before is chance
    assert.equal(await ask("/"), "well");
    await shut(server);
  });

  it("when the kernel has no connection for it: that is a warning", async () => {
    const server = guardedServer({ guard, limits, refuse: () => {}, handle: async () => {} });
    await listen(server, 0, "127.0.0.1");
    const warned = once(process, "warning");
    server.emit("error", new Error("accept ENOMEM"));
    assert.match(String((await warned)[0]), /accept ENOMEM/);
    await shut(server);
  });

  it("not at all on a port that is taken", async () => {
    const first = guardedServer({ guard, limits, refuse: () => {}, handle: async () => {} });
    const port = await listen(first, 0, "127.0.0.1");
    const second = guardedServer({ guard, limits, refuse: () => {}, handle: async () => {} });
    await assert.rejects(listen(second, port, "127.0.0.1"), { code: "EADDRINUSE" });
    await shut(first);
  });
});
