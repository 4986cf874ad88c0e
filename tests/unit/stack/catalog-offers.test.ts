import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogOffers } from "../../../stack/catalog-offers";

describe("the catalog's servers that are not selected", () => {
  let root: string;
  const write = (name: string, more = "", user = 11_001 + name.length): void => {
    mkdirSync(join(root, "mcp", name), { recursive: true });
    const text = `name: ${name}\ndescription: Does ${name}\nversion: 1.0.0\nuser: ${user}\nimage: ${IMAGE}
transport: { type: stdio, command: [run] }\n${more}`;
    writeFileSync(join(root, "mcp", name, "server.yaml"), text);
  };
  const IMAGE = `ghcr.io/me/one@sha256:${"a".repeat(64)}`;
  const offers = (servers: string[], stack = "dev") => catalogOffers({ catalog: ["mcp"], servers }, stack, root);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mcp-offers-"));
    write("a");
    write("bb", "egress: [api.example.com:443]\nstorage: [{ name: data, path: /data, size: 1g }]\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are none where all run, else those that are left, with what each opens and how it is selected", () => {
    assert.deepEqual(offers([]), []);
    assert.deepEqual(offers(["a", "bb"]), []);
    const [one, ...others] = offers(["a"]);
    assert.deepEqual([one?.name, one?.description, others], ["bb", "Does bb", []]);
    assert.deepEqual(one?.opens.egress, ["api.example.com:443"]);
    assert.deepEqual([one?.opens.storage, one?.opens.other], [["/data (1g)"], []]);
    assert.equal(typeof one?.opens.limits?.cpus, "number");
    assert.deepEqual(one?.steps, [
      'eval "$(bin/dind-mcp env)"',
      "pulumi config set --path 'dind-mcp:servers[1]' bb",
      "bin/dind-mcp up",
    ]);
    assert.match(offers(["a"], "prod")[0]?.steps[1] ?? "", /^pulumi config set --stack prod /);
  });

  it("are none where the catalog is wrong, as that is told with its reasons", () => {
    write("ccc", "nonsense: true\n");
    assert.deepEqual(offers(["a"]), []);
  });

  it("are as many as the orchestrator's environment has room for", () => {
    const hosts = Array.from({ length: 20 }, (_, at) => `host-${at}.of.a.long.name.example.com:443`);
    for (let count = 0; count < 150; count++) write(`many-${count}`, `egress: [${hosts}]\n`, 12_000 + count);
    const found = offers(["a"]);
    assert.ok(found.length > 20 && found.length < 151, `${found.length}`);
    assert.ok(JSON.stringify(found).length < 49_500);
  });
});
