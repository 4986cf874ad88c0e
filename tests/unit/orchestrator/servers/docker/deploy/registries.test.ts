import assert from "node:assert/strict";
import { ProblemsError } from "../../../../../../lib/problems";
import { mustBePublic, registryOf } from "../../../../../../orchestrator/servers/docker/deploy/registries";

const NAMES: Record<string, string[]> = {
  "registry.example.com": ["203.0.113.7", "2001:db8::7"],
  "registry.lan": ["192.168.1.7"],
  "mixed.example.com": ["203.0.113.7", "10.0.0.7"],
  "six.example.com": ["fd00::7"],
  "mapped.example.com": ["::ffff:127.0.0.1"],
};
/** As a resolver does: an address is its own. */
const ask = async (host: string): Promise<string[]> => {
  if (/^[\d.]+$/.test(host) || host.includes(":")) return [host];
  if (host === "localhost") return ["127.0.0.1"];
  const found = NAMES[host];
  if (!found) throw new Error("ENOTFOUND");
  return found;
};
const isRefused = async (reference: string, images = ["*"]): Promise<boolean> => {
  try {
    await mustBePublic(reference, images, ask);
    return false;
  } catch (error) {
    assert.ok(error instanceof ProblemsError);
    assert.doesNotMatch(JSON.stringify(error.problems), /192\.168\.1\.7|fd00/, "it tells where the name leads");
    return true;
  }
};

describe("the registry of a deployed image", () => {
  it("is what Docker takes for one", () => {
    const registries = ["a:1", "library/a:1", "docker.io/a:1", "index.docker.io/a/b:1"].map(registryOf);
    assert.deepEqual(registries, [undefined, undefined, undefined, undefined]);
    for (const registry of ["localhost", "a.b", "a:80", "Upper", "10.0.0.1", "[::1]:5000"]) {
      assert.equal(registryOf(`${registry}/a/b:1`), registry);
    }
  });
  const refused = [
    "169.254.169.254/x:1",
    "127.0.0.1:2375/x:1",
    "172.30.0.1:8080/x:1",
    "localhost/x:1",
    "localhost:5000/x:1",
    "[::1]:5000/x:1",
    "registry.lan:5000/x:1",
    "mixed.example.com/x:1",
    "six.example.com/x:1",
    "mapped.example.com/x:1",
    "unknown.example.com/x:1",
    "engine:2376/x:1",
  ];
  for (const reference of refused) {
    it(`is refused in ${reference}`, async () => assert.equal(await isRefused(reference), true));
  }
  for (const reference of ["x:1", "library/x:1", "docker.io/x:1", "registry.example.com/x:1", "203.0.113.7:5000/x:1"]) {
    it(`is taken in ${reference}`, async () => assert.equal(await isRefused(reference), false));
  }
  it("may be anywhere when the config names it, whole", async () => {
    assert.equal(await isRefused("registry.lan:5000/x:1", ["*", "registry.lan:5000/*"]), false);
    assert.equal(await isRefused("registry.lan:5000/x:1", ["registry.lan:5000/team/*"]), false);
    for (const pattern of ["registry.lan*", "registry.lan:50*", "registry.lan/*"]) {
      assert.equal(await isRefused("registry.lan:5000/x:1", [pattern]), true, pattern);
    }
  });
});
