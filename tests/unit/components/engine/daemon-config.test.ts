import assert from "node:assert/strict";
import { daemonConfig, INNER_DNS } from "../../../../components/engine/daemon-config";
import { contains, overlaps } from "../../../../lib/addresses";
import { INNER_SUBNETS } from "../../../../manifest/container/subnets";

const parse = (mirrors: string[] = []) => JSON.parse(daemonConfig(mirrors)) as Record<string, unknown>;

describe("the engine's daemon.json", () => {
  it("keeps servers alive without dockerd, apart from each other, unable to gain privileges, their logs small", () => {
    const config = parse();
    assert.equal(config["live-restore"], true);
    assert.equal(config["no-new-privileges"], true);
    assert.equal(config.icc, false);
    assert.equal(config["log-driver"], "json-file");
    assert.deepEqual(config["log-opts"], { "max-size": "5m", "max-file": "2" });
  });

  it("leaves to the entrypoint's flags what dockerd refuses to be told twice", () => {
    const flags = ["hosts", "tls", "tlsverify", "tlscacert", "tlscert", "tlskey", "data-root", "exec-root"];
    assert.deepEqual(
      Object.keys(parse()).filter((key) => flags.includes(key)),
      [],
    );
  });

  it("keeps its own addresses in the subnets that no outer network may touch, apart from the declared networks", () => {
    const config = parse();
    const [pool] = config["default-address-pools"] as { base: string; size: number }[];
    assert.equal(config.bip, "10.213.0.1/24");
    assert.deepEqual([INNER_DNS.address, INNER_DNS.subnet], ["10.213.0.1", "10.213.0.0/24"]);
    assert.equal(pool?.size, 24);
    for (const subnet of [INNER_DNS.subnet, pool?.base ?? ""]) {
      assert.ok(contains(INNER_SUBNETS.engine, subnet), subnet);
      assert.ok(!overlaps(INNER_SUBNETS.servers, subnet), subnet);
    }
    assert.ok(!overlaps(INNER_DNS.subnet, pool?.base ?? ""));
  });

  it("asks the mirrors in their order, and speaks plain HTTP to those alone whose URL says so", () => {
    const mirrors = ["http://10.0.0.5:5000", "https://mirror.example", "http://plain.example"];
    const config = parse(mirrors);
    assert.deepEqual(config["registry-mirrors"], mirrors);
    assert.deepEqual(config["insecure-registries"], ["10.0.0.5:5000", "plain.example"]);
    assert.deepEqual(parse()["insecure-registries"], []);
  });
});
