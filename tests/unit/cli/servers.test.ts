import assert from "node:assert/strict";
import { problem } from "../../../cli/api/client";
import { candidates, stackOf } from "../../../cli/completion/complete";
import { CliError, ExitCode } from "../../../cli/errors";
import { program } from "../../../cli/program";
import { toolArguments } from "../../../cli/servers/arguments";
import { ProblemsError } from "../../../problems";

const schema = {
  type: "object",
  properties: {
    path: { type: "string" },
    depth: { type: "integer" },
    ratio: { type: "number" },
    all: { type: "boolean" },
    paths: { type: "array" },
    either: { type: ["integer", "null"] },
    any: {},
  },
  required: ["path"],
};

describe("arguments of a tool", () => {
  it("are typed as its schema says", () => {
    const pairs = ["path=/a=b", "depth=3", "ratio=0.5", "all=true", 'paths=["x"]', "either=null", "any=7"];
    assert.deepEqual(toolArguments("t", schema, pairs), {
      path: "/a=b",
      depth: 3,
      ratio: 0.5,
      all: true,
      paths: ["x"],
      either: null,
      any: "7",
    });
  });

  it("may be optional as many servers write it, one of a list, and more than are named", () => {
    const optional = { anyOf: [{ type: "integer" }, { type: "null" }] };
    const open = {
      properties: { count: optional, mode: { enum: ["a", "b"] } },
      additionalProperties: { type: "number" },
    };
    assert.deepEqual(toolArguments("t", open, ["count=3", "mode=b", "more=0.5"]), { count: 3, mode: "b", more: 0.5 });
    assert.throws(() => toolArguments("t", open, ["mode=c"]), /mode: got "c", expected one of a, b/);
    assert.throws(() => toolArguments("t", open, ["count=x"]), /count: got "x", expected a whole number or null/);
    // A name that every object has is no argument.
    assert.throws(() => toolArguments("t", { properties: {} }, ["toString=3"]), /toString: got an unknown argument/);
    const either = { properties: { id: { anyOf: [{ type: "string" }, { type: "integer" }] } } };
    assert.deepEqual(toolArguments("t", either, ["id=7"]), { id: 7 });
  });

  it("are told all that is wrong with them at once", () => {
    const wrong = () =>
      toolArguments("files list", schema, ["depth=1.5", "all=yes", "colour=red", "nothing", "paths={}"]);
    assert.throws(wrong, (error: ProblemsError) => {
      assert.ok(error instanceof ProblemsError);
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        ["depth", "all", "colour", "nothing", "paths", "path"],
      );
      assert.match(
        error.message,
        /files list: depth: got "1\.5", expected a whole number|files list: all: got "yes", expected true or false/,
      );
      return true;
    });
  });
});

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

describe("completion", () => {
  const names = async (server?: string) =>
    server === undefined ? ["files", "http"] : [`${server}_read`, `${server}_write`];
  const complete = (...words: string[]) => candidates(program(), words, names);

  it("offers commands, options, servers and tools where they fit", async () => {
    assert.ok((await complete("")).includes("up") && (await complete("")).includes("doctor"));
    assert.ok(!(await complete("")).includes("__complete"));
    assert.deepEqual(await complete("eng"), ["engine"]);
    assert.deepEqual(await complete("engine", "st"), ["start", "status", "stop"]);
    assert.deepEqual(await complete("servers", "call", "f"), ["files"]);
    assert.deepEqual(await complete("servers", "call", "files", "files_r"), ["files_read"]);
    assert.deepEqual(await complete("servers", "stop", "files", ""), ["http"]);
    assert.deepEqual(await complete("servers", "logs", "files", "--fo"), ["--follow"]);
    assert.deepEqual(await complete("--stack", "second", "servers", "logs", "-n", "5", "fi"), ["files"]);
    assert.deepEqual(await complete("servers", "logs", "-n", ""), []);
    assert.equal(stackOf(["servers", "show", ""]), undefined);
    assert.equal(stackOf(["--stack", "second", "servers", "show", ""]), "second");
    assert.equal(stackOf(["servers", "--stack=third", "show", ""]), "third");
    assert.equal(stackOf(["servers", "show", "-s", ""]), undefined);
    assert.deepEqual(await complete("completion", ""), ["bash", "fish", "zsh"]);
    assert.deepEqual(await complete("nonsense", "x"), []);
  });
});

describe("help", () => {
  it("of every command has a description, and examples where it does something", () => {
    const walk = (command: ReturnType<typeof program>): void => {
      if (command.name().startsWith("__")) return;
      assert.ok(command.description(), command.name());
      let text = "";
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      if (command.commands.length === 0) assert.match(text, /Examples:\n {2}\S/, command.name());
      command.commands.forEach(walk);
    };
    walk(program());
  });
});
