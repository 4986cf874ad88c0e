import assert from "node:assert/strict";
import { ApiError, ApiErrorKind } from "../../../../api/error";
import { openApi } from "../../../../cli/api/open";
import { CliError, ExitCode, expected } from "../../../../cli/errors";

describe("an error of the API on the command line", () => {
  it("has the exit code of its kind", () => {
    const codes = Object.values(ApiErrorKind).map((kind) => expected(new ApiError(kind, "m", "f"))?.code);
    const { Usage, NotFound, Failed, Unreachable } = ExitCode;
    assert.deepEqual(codes, [Usage, NotFound, Failed, Unreachable, Failed]);
    assert.equal(expected(new Error("m")), undefined);
  });
});

describe("the way to the API", () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of ["DIND_MCP_URL", "DIND_MCP_TOKEN", "DIND_MCP_PROJECT"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  async function refused(url: string, token: string): Promise<CliError> {
    Object.assign(process.env, { DIND_MCP_URL: url, DIND_MCP_TOKEN: token });
    try {
      await (await openApi("read")).get("/v1/servers");
    } catch (error) {
      assert.ok(error instanceof CliError);
      return error;
    }
    throw new Error("it was not refused");
  }

  it("needs a token of its own to go to another gateway", async () => {
    const { message, code } = await refused("http://127.0.0.1:9", "");
    assert.deepEqual(
      [message, code],
      ["DIND_MCP_TOKEN: got nothing, expected the token for DIND_MCP_URL", ExitCode.Usage],
    );
  });

  it("is not changed by a token alone, which is there for clients", async () => {
    // Outside of the launcher there is no stack to ask: that it is asked for says enough.
    Object.assign(process.env, { DIND_MCP_URL: "", DIND_MCP_TOKEN: "x" });
    delete process.env.DIND_MCP_PROJECT;
    await assert.rejects(openApi("read"), /DIND_MCP_PROJECT is not set/);
  });

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
});
