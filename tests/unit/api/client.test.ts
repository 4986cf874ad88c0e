import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiClient, errorOf } from "../../../api/client";
import { ApiError, ApiErrorKind } from "../../../api/error";
import { parseExactly } from "../../../lib/exact-json";

describe("an error of the API", () => {
  it("is one piece with all its problems, of a kind", () => {
    const body = {
      detail: "2 problems in the request",
      problems: [
        { path: "a", got: "1", expected: "2" },
        { path: "b", got: "3", expected: "4" },
      ],
    };
    const error = errorOf(422, JSON.stringify(body));
    assert.ok(error instanceof ApiError);
    assert.equal(error.kind, ApiErrorKind.Invalid);
    assert.equal(error.message, "2 problems in the request\n  - a: got 1, expected 2\n  - b: got 3, expected 4");
    assert.equal(errorOf(403, "{}").kind, ApiErrorKind.Denied);
    assert.match(errorOf(403, "{}").fix ?? "", /has the scope/);
    assert.equal(errorOf(404, "{}").kind, ApiErrorKind.NotFound);
    const unknown = errorOf(404, JSON.stringify({ detail: 'there is no server "x"; GET /v1/servers lists them' }));
    assert.match(unknown.fix ?? "", /^bin\/dind-mcp servers list /);
    assert.equal(errorOf(404, JSON.stringify({ detail: 7 })).fix, undefined);
    assert.equal(errorOf(502, "{}").kind, ApiErrorKind.Failed, "the API did answer: the server failed");
    assert.equal(errorOf(503, "{}").kind, ApiErrorKind.Unreachable);
    for (const text of ["<html>", "null", "[]"]) {
      const foreign = errorOf(404, text); // another program's, on the port of a gateway that is down
      assert.equal(foreign.message, text);
      assert.equal(foreign.kind, ApiErrorKind.Unreachable);
    }
    assert.match(
      errorOf(422, JSON.stringify({ detail: "d", logs: ["no such file"] })).message,
      /its last lines:\n {2}no such file/,
    );
  });
});

describe("the client of the API", () => {
  it("keeps every digit of a number, there and back (B09)", async () => {
    let sent = "";
    const server = createServer(async (request, response) => {
      for await (const chunk of request) sent += chunk;
      response.end('{"id":9007199254740993}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const client = new ApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "x" });
      const answer = await client.post("/v1/x", { arguments: parseExactly('{"id":123456789012345678901}') });
      assert.equal(JSON.stringify(answer), '{"id":9007199254740993}');
      assert.equal(sent, '{"arguments":{"id":123456789012345678901}}');
    } finally {
      server.close();
    }
  });

  async function refused(url: string): Promise<ApiError> {
    try {
      await new ApiClient({ url, token: "x" }).get("/v1/servers");
    } catch (error) {
      assert.ok(error instanceof ApiError);
      return error;
    }
    throw new Error("it was not refused");
  }

  it("tells an answer that is no API's", async () => {
    const asked: (string | undefined)[] = [];
    const site = createServer(({ url }, response) => {
      asked.push(url);
      response.end("<html>");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => site.once("listening", resolve));
    try {
      const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      const { message, kind } = await refused(url);
      assert.equal(kind, ApiErrorKind.Unreachable);
      assert.match(message, /does not answer as the API does: got "<html>", expected JSON/);
      await refused(`${url}/behind/a/proxy/`);
      assert.deepEqual(asked, ["/v1/servers", "/behind/a/proxy/v1/servers"]);
    } finally {
      site.close();
    }
  });
});
