import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { KINDS, type Kind, notInstalled } from "../../../clients/kinds";
import { Matrix, PATHS } from "../../../clients/matrix";
import { STEPS } from "../../../clients/steps";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";

/**
 * Clients that need no installation on each path, the others on that of all servers. What has to be compiled is here when
 * `bin/dind-mcp test --with clients` did so before: that has each client on each path.
 */
const RUNS = PATHS.flatMap((path) =>
  KINDS.filter(({ install }) => !install || path === "/mcp").map((kind) => ({ kind, path })),
);

describe("gateway: real clients list, call, cancel, read 5 MB, lose their session and go on", function () {
  this.timeout(240_000); // an installation
  let matrix: Matrix;

  before(async () => {
    matrix = await Matrix.open();
  });
  after(async () => {
    await matrix?.close();
    await Site.closeAll();
  });

  /** Why not, or undefined. */
  function missing(kind: Kind): string | undefined {
    if (kind.built && !existsSync(kind.built)) return "it is not compiled yet";
    return notInstalled(kind);
  }

  for (const { kind, path } of RUNS) {
    it(`${kind.name} ${kind.version} on ${path}`, async function () {
      const why = missing(kind);
      if (why) {
        console.log(`      ${kind.name}: not run: ${why}`);
        this.skip();
      }
      const results = await matrix.run(kind, path);
      const failed = STEPS.map((step) => results[step]).filter(({ ok }) => !ok);
      assert.deepEqual(failed, []);
      if (kind.options?.era === "auto") assert.equal(results.lost.note, "it has none");
      if (kind.options?.era === "legacy") assert.notEqual(results.lost.note, "it has none");
    });
  }
});
