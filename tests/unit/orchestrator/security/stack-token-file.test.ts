import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StackTokenFile } from "../../../../orchestrator/security/stack-token-file";

const token = (digit: string) => ({ name: "client", scopes: ["mcp" as const], sha256: digit.repeat(64) });

describe("the file of the tokens", () => {
  let folder: string;
  let file: string;
  let said: { taken: string[]; warned: string[] };
  let tokens: StackTokenFile;
  const write = (value: unknown) => writeFile(file, typeof value === "string" ? value : JSON.stringify(value));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dind-mcp-tokens-"));
    file = join(folder, "tokens.json");
    said = { taken: [], warned: [] };
    tokens = new StackTokenFile(file, [token("a")], {
      take: (all) => said.taken.push(all.map(({ sha256 }) => sha256[0]).join()),
      warn: (reason) => said.warned.push(reason),
    });
    await write([token("a")]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is taken when it changes, and once", async () => {
    await tokens.look();
    assert.deepEqual(said, { taken: [], warned: [] });
    await write([token("b")]);
    await tokens.look();
    await tokens.look();
    await write([token("b"), { ...token("c"), name: "more" }]);
    await tokens.look();
    assert.deepEqual(said, { taken: ["b", "b,c"], warned: [] });
  });

  it("changes nothing while it is missing, empty, or half written, and is taken when it is whole", async () => {
    await rm(file);
    await tokens.look();
    await write("");
    await tokens.look();
    await write(JSON.stringify([token("b")]).slice(0, -9));
    await tokens.look();
    await tokens.look();
    assert.deepEqual([said.taken, said.warned.length], [[], 1]);
    await write([token("b")]);
    await tokens.look();
    assert.deepEqual(said.taken, ["b"]);
  });

  it("is not taken with a token that is none, and the reason is told", async () => {
    await write([{ ...token("b"), scopes: ["root"] }]);
    await tokens.look();
    assert.deepEqual(said.taken, []);
    assert.match(said.warned.join(), /scopes/);
  });
});
