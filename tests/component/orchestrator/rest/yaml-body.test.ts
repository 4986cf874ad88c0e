import assert from "node:assert/strict";
import { Api } from "../../../support/orchestrator/rest/api";

const YAML = { "content-type": "application/yaml" };
const MOST = 256 * 1024;

/** Texts that a parser on the main thread would keep everybody waiting for. */
const BOMBS: Record<string, string> = {
  "brackets that nobody closes": "[".repeat(100_000),
  "braces that nobody closes": "{a: ".repeat(60_000),
  "a list of very many": "- a\n".repeat(MOST / 4),
  "very many empty lists": `x: [${"[],".repeat(80_000)}]`,
  "very many mistakes": "a: b: c\n".repeat(20_000),
  "aliases of aliases": Array.from({ length: 30 }, (_, index) =>
    index === 0 ? "a0: &a0 [x]" : `a${index}: &a${index} [${`*a${index - 1},`.repeat(9)}]`,
  ).join("\n"),
  "one alias very often": `a: &a [x]\nb: [${"*a,".repeat(80_000)}]`,
};

describe("orchestrator: bodies in YAML", function () {
  this.timeout(60_000);
  let api: Api;
  before(async () => {
    api = await Api.start();
  });
  after(() => api.stop());
  const deploy = (body: string) => api.call("POST", "/v1/servers", { as: "admin", body, headers: YAML });

  for (const [what, bomb] of Object.entries(BOMBS)) {
    it(`${what}: refused, with few words, and others are served meanwhile`, async () => {
      assert.ok(bomb.length <= MOST);
      let over = false;
      const refused = deploy(bomb).finally(() => {
        over = true;
      });
      for (let asked = 0; asked < 5; asked++) {
        assert.equal((await api.call("GET", "/v1/servers", { as: "read" })).status, 200);
      }
      assert.equal(over, false, "others waited for it");
      const { status, body, text } = await refused;
      assert.ok([400, 422].includes(status), `${status}`);
      assert.ok((body.problems as unknown[]).length <= 20);
      assert.ok(text.length < 8_000, `${text.length} characters`);
    });
  }
  it("several at a time: each is answered, one after the other", async () => {
    const bombs = Object.values(BOMBS).slice(0, 2);
    const answers = await Promise.all([...bombs, "name: [", "name: x"].map(deploy));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [400, 400, 400, 422],
    );
  });
  it("longer than a manifest ever is: 413", async () => {
    assert.equal((await deploy("#".repeat(MOST + 1))).status, 413);
  });
  it("where no manifest is expected: 415, and nothing is read", async () => {
    for (const [path, as] of [
      ["/v1/servers/echo/tools/say/call", "mcp"],
      ["/v1/servers/echo/tools/approve", "admin"],
      ["/v1/cleanup", "admin"],
    ] as const) {
      const { status, body } = await api.call("POST", path, { as, body: "arguments: {}", headers: YAML });
      assert.deepEqual([status, body.detail], [415, "got YAML, expected JSON"], path);
    }
  });
});
