import assert from "node:assert/strict";
import { ServerError, UncopyableError } from "../../../../../orchestrator/servers/server-error";
import { Api } from "../../../../support/orchestrator/rest/api";
import { server } from "../../../../support/orchestrator/rest/fleet";

describe("orchestrator: REST, a newer image rehearsed", () => {
  let api: Api;

  beforeEach(async () => {
    api = await Api.start();
  });
  afterEach(() => api.stop());

  const rehearse = async () => {
    const { status, body } = await api.call("POST", "/v1/servers/echo/rehearsal", { as: "admin" });
    return { status, body };
  };

  it("compares its tools with those of the version that runs", async () => {
    api.fleet.add(server("echo-learn"));
    const tools = { added: [], removed: [], changed: [], same: 3 };
    assert.deepEqual(await rehearse(), { status: 200, body: { server: "echo", healthy: true, tools } });
  });

  it("that is not healthy, or lists no tools, is an answer with the reason", async () => {
    const { status, body } = await rehearse();
    assert.deepEqual([status, body.healthy, body.reason], [200, false, "echo-learn does not run"]);
    api.fleet.rehearsalFails = new ServerError(422, "the server does not become healthy: it ended", ["no such file"]);
    const reason = "the server does not become healthy: it ended";
    const failed = { server: "echo", healthy: false, reason, logs: ["no such file"] };
    assert.deepEqual(await rehearse(), { status: 200, body: failed });
  });

  it("of a server that cannot be copied says so", async () => {
    for (const error of [new UncopyableError("it uses a database"), new ServerError(403, "it uses a database")]) {
      api.fleet.rehearsalFails = error;
      const untried = { server: "echo", healthy: false, untried: "it uses a database" };
      assert.deepEqual(await rehearse(), { status: 200, body: untried });
    }
  });

  it("that cannot be tried now is an error, and only an admin may try", async () => {
    api.fleet.rehearsalFails = new ServerError(409, "there can be no copy of echo");
    assert.equal((await rehearse()).status, 409);
    assert.equal((await api.call("POST", "/v1/servers/echo/rehearsal", { as: "read" })).status, 403);
  });
});
