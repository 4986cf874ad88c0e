import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Api } from "../../../cli/api/client";
import { candidates } from "../../../cli/completion/complete";
import { CliError, ExitCode } from "../../../cli/errors";
import { plain, show } from "../../../cli/output";
import { program } from "../../../cli/program";
import { toolArguments } from "../../../cli/servers/arguments";
import { serverPath } from "../../../cli/servers/server";

/** What is printed on standard output meanwhile. */
function printed(act: () => void): string {
  const { write } = process.stdout;
  let text = "";
  process.stdout.write = ((part: string) => {
    text += part;
    return true;
  }) as typeof write;
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

describe("text of a hostile server", () => {
  it("is no command to a terminal, and turns no text around, in whatever result it stands", () => {
    const evil = "a\u001b[31mred\u001b]0;title\u0007\u009b2J\u202egnp.exe\u2066\u200f";
    assert.equal(plain(evil), "a[31mred]0;title2Jgnp.exe");
    assert.equal(
      printed(() => show(false, { reason: evil }, ({ reason }) => `evil: NOT running: ${reason}`)),
      "evil: NOT running: a[31mred]0;title2Jgnp.exe\n",
    );
    assert.deepEqual(JSON.parse(printed(() => show(true, { reason: evil }, String))), { reason: evil });
  });

  it("is offered by no completion unless it is a plain word: bash would run it", async () => {
    const names = async () => [
      "ok",
      "ns/a.b-c:d",
      "$(touch x)",
      "a;b",
      "`a`",
      "new\nline",
      "--args=@/etc/passwd",
      "..",
      "a b",
    ];
    const found = await candidates(program(), ["servers", "call", "evil", ""], names);
    assert.deepEqual(found, ["ns/a.b-c:d", "ok"]);
    assert.ok((await candidates(program(), ["servers", "logs", "--"], names)).includes("--follow"));
  });

  it("is offered for an option's value as well, where the values are known", async () => {
    const none = async () => [];
    const after = (...words: string[]) => candidates(program(), ["connect", "cursor", ...words], none);
    assert.deepEqual(await after("--scope", ""), ["project", "user"]);
    assert.deepEqual(await after("--mode", "e"), ["each"]);
    for (const free of ["--file", "--stack"]) assert.deepEqual(await after(free, ""), []);
    assert.ok((await after("--mode", "each", "--s")).includes("--scope"));
  });
});

describe("a tool's schema", () => {
  it("may say what an argument is in a place of its own", () => {
    const schema = {
      properties: {
        mode: { $ref: "#/$defs/Mode" },
        options: { $ref: "#/definitions/O" },
        both: { allOf: [{ $ref: "#/definitions/O" }] },
      },
      $defs: { Mode: { type: "string", enum: ["a", "b"] } },
      definitions: { O: { type: "object" } },
    };
    const pairs = ["mode=a", 'options={"x":1}', 'both={"y":2}'];
    assert.deepEqual(toolArguments("t", schema, pairs), { mode: "a", options: { x: 1 }, both: { y: 2 } });
    assert.throws(
      () => toolArguments("t", schema, ["mode=c", "options=1"]),
      /mode: got "c", expected one of a, b\n[\s\S]*options: got "1", expected a JSON object/,
    );
  });

  it("may have values that are no text, without saying so", () => {
    assert.deepEqual(toolArguments("t", { properties: { n: { enum: [1, null, "x"] } } }, ["n=1"]), { n: 1 });
  });

  it("may be nonsense, or go round in circles, and is text then", () => {
    const loop = { $ref: "#/$defs/L" };
    let deep: object = { type: "integer" };
    for (let i = 0; i < 20_000; i++) deep = { anyOf: [deep] };
    const schema = {
      properties: {
        self: loop,
        out: { $ref: "http://example.com/#" },
        any: { anyOf: {} },
        list: { enum: "abc" },
        type: { type: 5 },
        no: null,
        deep,
      },
      required: 5,
      $defs: { L: { anyOf: Array(100).fill(loop) } },
    };
    const keys = Object.keys(schema.properties);
    const values = Object.fromEntries(keys.map((key) => [key, "1"]));
    assert.deepEqual(
      toolArguments(
        "t",
        schema,
        keys.map((key) => `${key}=1`),
      ),
      values,
    );
  });

  it("may have more values than anybody reads", () => {
    const values = Array.from({ length: 50_000 }, (_, index) => `v${index}`);
    assert.throws(
      () => toolArguments("t", { properties: { e: { enum: values } } }, ["e=q"]),
      (error: Error) => error.message.length < 500 && /v29 and 49970 more/.test(error.message),
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
    const site = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await new Promise((resolve) => site.once("listening", resolve));
    try {
      const { message, code } = await refused(`http://127.0.0.1:${(site.address() as AddressInfo).port}`, "x");
      assert.equal(code, ExitCode.Unreachable);
      assert.match(message, /does not answer as the API does: got "<html>", expected JSON/);
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
