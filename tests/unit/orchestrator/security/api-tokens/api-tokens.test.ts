import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiTokens, MOST_TOKENS } from "../../../../../orchestrator/security/api-tokens/api-tokens";
import { LastUses } from "../../../../../orchestrator/security/api-tokens/last-uses";
import { digestOf } from "../../../../../orchestrator/security/tokens";

describe("tokens made through the API", () => {
  let folder: string;
  let file: string;
  let now: number;
  const opened: { close(): void }[] = [];
  const failed = (error: Error): never => assert.fail(error);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-tokens-"));
    file = join(folder, "api-tokens.json");
    now = Date.now();
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
    rmSync(folder, { recursive: true });
  });

  function open(): ApiTokens {
    const tokens = new ApiTokens(file, failed, () => now);
    opened.push(tokens);
    return tokens;
  }

  it("are found by their hash, after a restart as well, and stored without their value", () => {
    const { token } = open().make({ name: "laptop", scopes: ["mcp"], servers: ["files"] }, "admin");
    assert.match(token, /^[\w-]{43}$/);
    const again = open();
    assert.deepEqual(again.find(digestOf(token)), {
      ...{ name: "api:laptop", scopes: new Set(["mcp"]), servers: new Set(["files"]) },
      ...{ tools: undefined, until: undefined },
    });
    assert.equal(again.find(digestOf(`${token}x`)), undefined);
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes(token));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["api-tokens.json"]);
  });

  it("are refused once they are revoked, and who listens is told whose they were", () => {
    const tokens = open();
    const { token } = tokens.make({ name: "laptop", scopes: ["mcp"] }, "admin");
    const ended: string[] = [];
    tokens.onEnd(({ name }) => ended.push(name));
    assert.equal(tokens.revoke("nobody"), false);
    assert.equal(tokens.revoke("laptop"), true);
    assert.deepEqual([tokens.find(digestOf(token)), ended, open().list()], [undefined, ["api:laptop"], []]);
  });

  it("are refused when their time is over, and give way to a new one of the name", () => {
    const tokens = open();
    const { token } = tokens.make({ name: "laptop", scopes: ["mcp"], until: now + 10 }, "admin");
    assert.ok(tokens.find(digestOf(token)));
    now += 10;
    assert.equal(tokens.find(digestOf(token)), undefined);
    assert.deepEqual([tokens.has("laptop"), tokens.list().length], [false, 1]);
    tokens.make({ name: "laptop", scopes: ["read"] }, "admin");
    assert.deepEqual(
      tokens.list().map(({ scopes }) => scopes),
      [["read"]],
    );
  });

  it("tell when their time is over, without a request", async () => {
    const tokens = open();
    const end = new Promise<string>((resolve) => tokens.onEnd(({ name }) => resolve(name)));
    const keepsAlive = setInterval(() => {}, 1_000);
    tokens.make({ name: "brief", scopes: ["mcp"], until: now + 20 }, "admin");
    now += 20; // the disk may take longer than that: the clock waits for it
    assert.equal(await end, "api:brief");
    clearInterval(keepsAlive);
  });

  it("are none when they cannot be stored", () => {
    const tokens = open();
    rmSync(folder, { recursive: true });
    assert.throws(() => tokens.make({ name: "laptop", scopes: ["mcp"] }, "admin"));
    assert.deepEqual(tokens.list(), []);
    folder = mkdtempSync(join(tmpdir(), "mcp-test-tokens-"));
  });

  it("are refused until the next start when their end cannot be stored", () => {
    const tokens = open();
    const { token } = tokens.make({ name: "laptop", scopes: ["mcp"] }, "admin");
    rmSync(folder, { recursive: true });
    assert.throws(() => tokens.revoke("laptop"));
    assert.equal(tokens.find(digestOf(token)), undefined);
    folder = mkdtempSync(join(tmpdir(), "mcp-test-tokens-"));
  });

  it("are bounded in number", () => {
    writeFileSync(file, JSON.stringify(Array.from({ length: MOST_TOKENS }, (_, at) => stored(`t${at}`, now))));
    const tokens = open();
    assert.ok(tokens.isFull);
    tokens.revoke("t1");
    assert.ok(!tokens.isFull);
  });

  it("a file that holds something else is told, with what to do", () => {
    writeFileSync(file, '[{"name": "laptop"}]');
    assert.throws(open, /api-tokens\.json: got [\s\S]*scopes[\s\S]*expected the tokens made through the API as JSON/);
  });

  it("their last use is known at once, and after a restart", () => {
    const uses = new LastUses(join(folder, "uses.json"), failed);
    assert.equal(uses.of("admin"), undefined);
    uses.note("admin");
    uses.note("api:gone");
    uses.forget("api:gone");
    const time = uses.of("admin");
    assert.ok(time !== undefined && time >= now);
    uses.close();
    const again = new LastUses(join(folder, "uses.json"), failed);
    opened.push(again);
    assert.deepEqual([again.of("admin"), again.of("api:gone")], [time, undefined]);
  });
});

function stored(name: string, created: number) {
  return { name, scopes: ["mcp"], sha256: digestOf(name).toString("hex"), created, createdBy: "admin" };
}
