import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../../../../support/orchestrator/rest/api";

const FILES = ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"];

describe("orchestrator: the page of the API's description", () => {
  let api: Api;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  it("has its files", async () => {
    api = await Api.start();
    for (const path of FILES) {
      const { status, headers, text } = await api.call("GET", path);
      assert.deepEqual([status, headers.get("cache-control")], [200, "public, max-age=3600"]);
      assert.ok(text.length > 100_000, `${path}: ${text.length} characters`);
    }
  });

  for (const [what, make] of [
    ["is not there", () => undefined],
    ["cannot be read", (name: string) => mkdirSync(join(folder, name))],
  ] as const) {
    it(`fails a request for a file that ${what}, which nobody keeps, and tells the operator`, async () => {
      for (const path of FILES) make(path.split("/").at(-1) ?? "");
      api = await Api.start({}, { staticFolder: folder });
      for (const path of FILES) {
        const { status, headers, body } = await api.call("GET", path);
        assert.equal(status, 500, JSON.stringify(body));
        assert.equal(headers.get("cache-control"), "no-store");
        assert.ok(!JSON.stringify(body).includes(folder), "the path is not for everybody");
      }
      assert.deepEqual(
        api.faults.map(({ url }) => url),
        FILES,
      );
      assert.equal((await api.call("GET", "/docs")).status, 200);
    });
  }
});
