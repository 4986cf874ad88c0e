import assert from "node:assert/strict";
import { keptState } from "../../../../cli/restore/kept-state";
import { passphraseFits } from "../../../../cli/restore/passphrase-fits";
import { type Found, refusals } from "../../../../cli/restore/refusals";
import { rehearsalConfig } from "../../../../cli/restore/restored-config";

const urn = (type: string, name: string, stack = "dev") => `urn:pulumi:${stack}::dind-mcp::${type}::${name}`;
const SECRET = { "4dabf18193072939515e22adb298388d": "x", ciphertext: "v1:urn:pulumi:dev::" };

describe("what a restored stack keeps of a state", () => {
  const password = "dind-mcp:index:Orchestrator$random:index/randomPassword:RandomPassword";
  const stack = { urn: urn("pulumi:pulumi:Stack", "dind-mcp-dev"), type: "pulumi:pulumi:Stack" };
  const provider = { urn: urn("pulumi:providers:docker", "host"), type: "pulumi:providers:docker" };
  const volume = {
    ...{ urn: urn("docker:index/volume:Volume", "volumes-engine"), type: "docker:index/volume:Volume" },
    provider: `${provider.urn}::id`,
  };
  const token = {
    ...{ urn: urn(password, "orchestrator-token-mcp"), type: "random:index/randomPassword:RandomPassword", id: "none" },
    ...{ parent: stack.urn, deletedWith: volume.urn, dependencies: [volume.urn], inputs: { result: SECRET } },
    provider: `${urn("pulumi:providers:random", "default")}::1234`,
  };
  const state = { version: 3, deployment: { resources: [stack, provider, volume, token], pending_operations: [] } };

  it("is all but Docker's, and nothing that names what is gone", () => {
    const { resources = [] } = keptState(state, "dev", "dev").deployment;
    assert.deepEqual(resources, [stack, { ...token, deletedWith: undefined, dependencies: [] }].map(withoutUndefined));
  });

  it("has the other stack's name in every URN, and the values as they were", () => {
    const { resources = [] } = keptState(state, "dev", "rehearsal").deployment;
    assert.deepEqual(
      resources.map((one) => one.urn),
      [
        urn("pulumi:pulumi:Stack", "dind-mcp-rehearsal", "rehearsal"),
        urn(password, "orchestrator-token-mcp", "rehearsal"),
      ],
    );
    assert.equal(resources[1]?.parent, resources[0]?.urn);
    assert.equal(resources[1]?.provider, `${urn("pulumi:providers:random", "default", "rehearsal")}::1234`);
    assert.deepEqual(resources[1]?.inputs, { result: SECRET });
  });
});

const withoutUndefined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value));

describe("the passphrase of a config's salt", () => {
  // Made by Pulumi 3.270.0.
  const salt = "v1:x3HNq9H4UcE=:v1:y+OWp0DkEvmCzwcH:0QTLP1weHkAsW1LqUCo0N/+gt12l0A==";

  it("is told from others without Pulumi", () => {
    assert.ok(passphraseFits("a test's passphrase", salt));
    assert.ok(!passphraseFits("another", salt));
    assert.ok(!passphraseFits("a test's passphrase", "something else"));
  });
});

describe("a restore", () => {
  const free: Found = { stack: false, files: [], volumes: [], passphrase: "fits", others: ["second"] };

  it("is refused for all that is in the way, at once, unless it is forced", () => {
    assert.match(refusals({ ...free, stack: true }, true).join(), /destroy` it before/);
    const taken = { ...free, files: ["/state/Pulumi.dev.yaml"], volumes: ["mcp-engine"] };
    const [file, volume, ...more] = refusals(taken, false);
    assert.match(file ?? "", /Pulumi\.dev\.yaml is there.*--force/);
    assert.match(volume ?? "", /mcp-engine/);
    assert.deepEqual([more, refusals(taken, true), refusals(free, false)], [[], [], []]);
  });

  it("is refused, forced or not, without the right passphrase, or without room", () => {
    const refused = (found: Partial<Found>) => refusals({ ...free, ...found }, true).join();
    assert.match(refused({ passphrase: "missing" }), /the backup has no passphrase/);
    assert.match(refused({ passphrase: "wrong" }), /is not the one of the backup's secrets/);
    assert.match(refused({ passphrase: "replaces" }), /other stacks have this machine's passphrase \(second\)/);
    assert.equal(refused({ passphrase: "replaces", others: [] }), "");
    assert.match(
      refused({ room: { free: 2 ** 30, needed: 2 ** 31 } }),
      /room for 1\.0 GiB, and the backup needs 2\.0 GiB/,
    );
    assert.equal(refused({ room: { free: 2 ** 31, needed: 2 ** 31 } }), "");
  });
});

describe("a rehearsal's config", () => {
  const mirrors = { "dind-mcp:registryMirrors": ["http://there:5000"] };
  const copy = {
    encryptionsalt: "v1:x",
    config: { ...mirrors, "dind-mcp:apiPort": 18080, "dind-mcp:catalog": ["mine"] },
  };

  it("is the backup's, with names and ports of its own file, whose edits go on to count", () => {
    const made = rehearsalConfig(
      copy,
      { config: { "dind-mcp:apiPort": 18080 } },
      { config: { "dind-mcp:apiPort": 18180 } },
    );
    assert.deepEqual(made.copy, { encryptionsalt: "v1:x", config: { ...copy.config, "dind-mcp:apiPort": 18180 } });
    assert.deepEqual(made.base, { config: { "dind-mcp:apiPort": 18180 } });
  });

  it("takes this machine's mirror, when that of the backup was its machine's", () => {
    assert.deepEqual(rehearsalConfig(copy, { config: mirrors }, {}).base, { config: mirrors });
  });
});
