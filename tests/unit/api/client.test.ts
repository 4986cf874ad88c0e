import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Api, problem } from "../../../api/client";
import { CliError, ExitCode } from "../../../cli/errors";
import { serverPath } from "../../../cli/servers/server";

describe("an error of the API", () => {
  it("is one piece with all its problems, and an exit code of its kind", () => {
    const body = {
      detail: "2 problems in the request",
      problems: [
        { path: "a", got: "1", expected: "2" },
        { path: "b", got: "3", expected: "4" },
      ],
    };
    const error = problem(422, JSON.stringify(body));
    assert.ok(error instanceof CliError);
    assert.equal(error.code, ExitCode.Usage);
    assert.equal(error.message, "2 problems in the request\n  - a: got 1, expected 2\n  - b: got 3, expected 4");
    assert.match(problem(403, "{}").fix ?? "", /has the scope/);
    assert.equal(problem(404, "{}").code, ExitCode.NotFound);
    assert.equal(problem(502, "{}").code, ExitCode.Failed, "the API did answer: the server failed");
    assert.equal(problem(503, "{}").code, ExitCode.Unreachable);
    for (const text of ["<html>", "null", "[]"]) {
      const foreign = problem(404, text); // another program's, on the port of a gateway that is down
      assert.equal(foreign.message, text);
      assert.equal(foreign.code, ExitCode.Unreachable);
    }
    assert.match(
      problem(422, JSON.stringify({ detail: "d", logs: ["no such file"] })).message,
      /its last lines:\n {2}no such file/,
    );
  });
});

describe("the way to the API", () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of ["DIND_MCP_URL", "DIND_MCP_TOKEN"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  async function refused(url: string, token: string): Promise<CliError> {
    Object.assign(process.env, { DIND_MCP_URL: url, DIND_MCP_TOKEN: token });
    try {
      await (await Api.open("read")).get("/v1/servers");
    } catch (error) {
      assert.ok(error instanceof CliError);
      return error;
    }
    throw new Error("it was not refused");
  }

  it("shows no part of a token or a password that cannot be sent", async () => {
    for (const token of ["s3cret\ntoken", "s3cret\u20ac", " s3cret"]) {
      const { message, code } = await refused("http://127.0.0.1:9", token);
      assert.equal(code, ExitCode.Usage);
      assert.match(message, /^DIND_MCP_TOKEN: got a space, an end of line/);
      assert.doesNotMatch(message, /s3cret/);
    }
    const { message, code } = await refused("http://user:s3cret@127.0.0.1:9", "x");
    assert.equal(code, ExitCode.Usage);
    assert.match(message, /^DIND_MCP_URL: got a user or a password/);
    assert.doesNotMatch(message, /s3cret/);
  });

  it("is a URL", async () => {
    for (const url of ["garbage", "file:///etc/passwd", "unix:///run/docker.sock"]) {
      assert.equal((await refused(url, "x")).code, ExitCode.Usage);
    }
  });

  it("tells an answer that is no API's", async () => {
    const asked: (string | undefined)[] = [];
    const site = createServer(({ url }, response) => {
      asked.push(url);
      response.end("<html>");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => site.once("listening", resolve));
    try {
      const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      const { message, code } = await refused(url, "x");
      assert.equal(code, ExitCode.Unreachable);
      assert.match(message, /does not answer as the API does: got "<html>", expected JSON/);
      await refused(`${url}/behind/a/proxy/`, "x");
      assert.deepEqual(asked, ["/v1/servers", "/behind/a/proxy/v1/servers"]);
    } finally {
      site.close();
    }
  });

  it("never leads elsewhere by a name", () => {
    for (const name of ["", ".", ".."]) {
      assert.throws(() => serverPath(name), { code: ExitCode.NotFound });
      assert.throws(() => serverPath("files", "tools", name, "call"), { code: ExitCode.NotFound });
    }
    assert.equal(serverPath("../a b%"), "/v1/servers/..%2Fa%20b%25");
  });
});
