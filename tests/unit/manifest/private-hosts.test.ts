import assert from "node:assert/strict";
import { formatProblem } from "../../../lib/problems";
import { validateCatalog } from "../../../manifest/catalog";
import { document } from "../../support/manifest/documents";

/** The problems of a catalog of one server, `web`, with what the config opens to servers. */
function problems(egress: string[], privateHosts?: Record<string, string[]>): string[] {
  const entry = { folder: "/mcp/web", file: "web/server.yaml", exists: () => true };
  const entries = [{ ...entry, document: document({ name: "web", egress }) }];
  return validateCatalog(entries, { privateHosts, settingsFile: "Pulumi.dev.yaml" }).problems.map(formatProblem);
}

describe("hosts of private networks", () => {
  const hosts = ["db.lan:5432", "192.168.1.5:6443", "redis:6379", "metadata.google.internal:80", "100.64.0.9:443"];

  it("are opened by the config alone, to the server that it names", () => {
    for (const host of hosts) {
      assert.deepEqual(problems([host], { web: [host] }), []);
      assert.deepEqual(problems([host], {}), [
        `web/server.yaml: egress.0: got "${host}", expected a public name, or a private host that the stack opens to web: it opens it none. ` +
          `To fix: open it in Pulumi.dev.yaml: privateHosts: {web: ["${host}"]}`,
      ]);
    }
    assert.equal(problems(["db.lan:5432"], { web: ["db.lan:5433"] }).length, 2, "another port is another host");
  });

  it("may have names that look public", () => {
    assert.deepEqual(problems(["gitlab.example.com:443"], { web: ["gitlab.example.com:443"] }), []);
  });

  it("are opened to nobody in vain", () => {
    assert.deepEqual(problems(["public"], { web: ["db.lan:5432"], wbe: ["db.lan:5432"] }), [
      'Pulumi.dev.yaml: privateHosts.web.0: got "db.lan:5432", expected a host that the server\'s manifest lists in egress. ' +
        'To fix: add `egress: ["db.lan:5432"]` to web/server.yaml, or remove it here',
      'Pulumi.dev.yaml: privateHosts.wbe: got "wbe", expected servers of the catalog: web. To fix: correct the spelling, or remove it',
    ]);
  });

  it("are not checked where there is no config", () => assert.deepEqual(problems(["db.lan:5432"]), []));
});
