import assert from "node:assert/strict";
import { differences } from "../../../../../cli/stack/validate/compare";
import { expectedFacts } from "../../../../../cli/stack/validate/expected";
import { recordedContainers, recordedFacts } from "../../../../../cli/stack/validate/recorded";
import { DockerType } from "../../../../../lib/docker-types";
import { containerSpec } from "../../../../../manifest/container/container-spec";
import { manifest } from "../../../../support/manifest/documents";

const image = {
  id: "sha256:abc",
  config: { Entrypoint: ["/old"], Cmd: ["old"], WorkingDir: "/app", Env: ["PATH=/bin"], Labels: {} },
};
const facts = (more: Record<string, unknown> = {}, revision?: string) =>
  expectedFacts(containerSpec(manifest(more), { image: image.id, stack: "p/s" }), image, revision);

describe("validate", () => {
  it("expects what the specification says, and else what the image says", () => {
    const expected = facts({ env: { A: "1" } });
    assert.equal(expected.image, "sha256:abc");
    assert.equal(expected.workdir, "/app");
    assert.equal(expected["env.PATH"], "/bin");
    assert.equal(expected["env.A"], "1");
    assert.equal(expected.entrypoint, '["/.mcp/init"]');
    assert.equal(expected.capDrop, '["ALL"]');
    assert.equal(expected.networks, '["none"]');
    const http = facts({ transport: { type: "streamable-http", port: 8080, path: "/mcp" } });
    assert.equal(http.entrypoint, '["/old"]');
    assert.equal(http.command, '["old"]');
    assert.equal(http.networks, '["mcp-echo"]');
  });

  it("finds every single fact that changes, goes or comes", () => {
    const expected = facts({ env: { A: "1" }, secrets: [{ name: "key", description: "A key" }] }, "r1");
    for (const path of Object.keys(expected)) {
      const { [path]: _gone, ...without } = expected;
      assert.deepEqual(
        differences("c", expected, { ...expected, [path]: "x" }).map((d) => d.path),
        [path],
      );
      assert.deepEqual(
        differences("c", expected, without).map((d) => d.path),
        [path],
      );
    }
    assert.deepEqual(differences("c", expected, { ...expected, "mounts./evil": "/:rw" }), [
      { container: "c", path: "mounts./evil", expected: "nothing", got: "/:rw" },
    ]);
    assert.deepEqual(differences("c", expected, { ...expected }), []);
  });

  it("shows no value of an environment variable or a command", () => {
    const expected = facts({ env: { A: "hunter1" } });
    const found = differences("c", expected, {
      ...expected,
      "env.A": "hunter2",
      "env.B": "hunter3",
      command: "hunter4",
    });
    assert.equal(found.length, 3);
    assert.doesNotMatch(JSON.stringify(found), /hunter/);
  });

  it("names the part of a manifest that is another", () => {
    const found = differences("c", facts({ resources: { memory: "64m" } }), facts({ resources: { memory: "128m" } }));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["manifest.resources.memory", "memory", "memorySwap"],
    );
  });

  it("reads containers of the state: those that run, and on which engine", () => {
    const container = (name: string, host: string, more = {}) => ({
      type: DockerType.Container,
      urn: name,
      id: `id-${name}`,
      provider: `urn:pulumi:s::p::pulumi:providers:docker::${host}::1`,
      inputs: {
        name,
        image: "sha256:1",
        memory: 512,
        memorySwap: 512,
        cpus: "1.0",
        capabilities: { drops: ["ALL"], adds: ["CAP_KILL"] },
        ...more,
      },
    });
    const resources = [
      container("engine", "host"),
      container("a", "inner"),
      container("files", "inner", { mustRun: false, start: false }),
      container("folders", "inner", { mustRun: false, attach: true }),
      container("stopped", "inner", { mustRun: false }),
    ];
    const recorded = recordedContainers({ resources });
    assert.deepEqual(
      recorded.map(({ name, outer, id }) => [name, outer, id]),
      [
        ["engine", true, "id-engine"],
        ["a", false, "id-a"],
        ["stopped", false, "id-stopped"],
      ],
    );
    const [engine] = recorded;
    assert.ok(engine);
    const { memory, cpus, capAdd, capDrop, readOnly } = recordedFacts(engine);
    assert.deepEqual([memory, cpus, capAdd, capDrop, readOnly], ["536870912", "1", '["KILL"]', '["ALL"]', "false"]);
  });
});
