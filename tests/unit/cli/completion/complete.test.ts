import assert from "node:assert/strict";
import { candidates, stackOf } from "../../../../cli/completion/complete";
import { program } from "../../../../cli/program";

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
    const offered = (...words: string[]) => candidates(program(), ["connect", "cursor", ...words], none);
    assert.deepEqual(await offered("--scope", ""), ["project", "user"]);
    assert.deepEqual(await offered("--mode", "e"), ["each"]);
    for (const free of ["--file", "--stack"]) assert.deepEqual(await offered(free, ""), []);
    assert.ok((await offered("--mode", "each", "--s")).includes("--scope"));
  });
});
