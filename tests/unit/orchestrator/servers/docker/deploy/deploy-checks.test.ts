import assert from "node:assert/strict";
import type { OrchestratorConfigInput } from "../../../../../../config/orchestrator-config";
import { formatProblem } from "../../../../../../lib/problems";
import {
  checkDeployment,
  type DeployRequest,
} from "../../../../../../orchestrator/servers/docker/deploy/deploy-checks";
import { testConfig } from "../../../../../support/config/orchestrator-config";
import { document } from "../../../../../support/manifest/documents";

const policy = (deploy: OrchestratorConfigInput["deploy"] = {}) => testConfig({ deploy }).deploy;
const catalog = { name: "files", managedBy: "pulumi", manifest: { user: 11_001 } } as const;
const extra = { name: "extra", managedBy: "api", manifest: { user: 14_995 } } as const;

function check(more: Record<string, unknown>, request: Partial<DeployRequest> = {}) {
  const all = { secrets: {}, policy: policy(), servers: [catalog, extra], kept: [], ...request };
  return checkDeployment({ document: document({ user: undefined, ...more }), ...all });
}
const said = (more: Record<string, unknown>, request?: Partial<DeployRequest>) =>
  check(more, request).problems.map(formatProblem);

describe("a deployment through the API", () => {
  it("gets a free user from the end when it names none, and keeps the one it has", () => {
    assert.equal(check({}).manifest?.user, 14_994);
    assert.equal(check({ name: "extra" }).manifest?.user, 14_995);
    assert.equal(check({ user: 12_000 }).manifest?.user, 12_000);
  });

  it("is refused what belongs in the catalog", () => {
    const catalogOnly = /expected nothing: such servers belong in the catalog/;
    assert.match(said({ egress: ["example.com:443"] })[0] ?? "", catalogOnly);
    assert.match(said({ database: true })[0] ?? "", catalogOnly);
    assert.match(said({ image: undefined, build: {} })[0] ?? "", catalogOnly);
    assert.match(said({ uses: ["redis"] })[0] ?? "", catalogOnly);
    assert.deepEqual(said({ egress: "none", database: false, uses: [] }), []);
  });

  it("stays within the policy", () => {
    const strict = policy({ images: ["example/*", "other/one:1.0"], cpus: 0.5, memory: "128m", processes: 64 });
    assert.deepEqual(said({ resources: { cpus: 1, memory: "1g", processes: 65 } }, { policy: strict }), [
      "manifest: resources.cpus: got 1, expected at most 0.5",
      "manifest: resources.memory: got 1g, expected at most 128m",
      "manifest: resources.processes: got 65, expected at most 64",
    ]);
    const fits = { resources: { cpus: 0.5, memory: "128m", processes: 64 } };
    assert.deepEqual(said({ ...fits, image: "other/one:1.0" }, { policy: strict }), []);
    assert.match(
      said({ ...fits, image: "other/one:1.1" }, { policy: strict })[0] ?? "",
      /one of the allowed images: example\/\*, other\/one:1\.0/,
    );
    // A default counts like a written value.
    assert.equal(said({}, { policy: strict }).length, 3);
    const exec = said({ ...fits, scratch: { exec: true } }, { policy: strict });
    assert.match(exec[0] ?? "", /scratch\.exec: got true, expected false: an extra server runs what its image holds/);
  });

  it("has storage, within what the policy gives in all, its home counted", () => {
    const storage = [512, 513].map((megabytes) => ({
      name: `s${megabytes}`,
      path: `/${megabytes}`,
      size: `${megabytes}m`,
    }));
    assert.deepEqual(said({ storage, home: false }), []);
    assert.deepEqual(said({ storage, home: true }), ["manifest: storage: got 2049m in all, expected at most 2g"]);
    assert.deepEqual(said({ home: true }, { policy: policy({ storage: "512m" }) }), [
      "manifest: storage: got 1024m in all, expected at most 512m",
    ]);
  });

  it("runs nothing that it wrote", () => {
    const problem =
      "manifest: storage.0.exec: got true, expected false: an extra server runs what its image holds, and nothing it wrote";
    assert.deepEqual(said({ storage: [{ name: "a", path: "/a", exec: true }] }), [problem]);
  });

  it("gets the user of the storage that one of its name has left, and nobody else gets that", () => {
    const userWith = (...stored: { server: string; uid: number }[]) => check({}, { stored }).manifest?.user;
    assert.equal(userWith({ server: "echo", uid: 14_000 }), 14_000);
    assert.equal(userWith({ server: "echo", uid: 14_995 }), 14_994, "another server has it by now");
    assert.equal(userWith({ server: "gone", uid: 14_994 }), 14_993);
  });

  it("mounts the workspace as far as the policy says", () => {
    const mounts = (readOnly: boolean) => ({ mounts: [{ volume: "workspace", path: "/data", readOnly }] });
    const problems = (workspace: "none" | "read-only" | "read-write", readOnly: boolean) =>
      said(mounts(readOnly), { policy: policy({ workspace }) }).length;
    assert.deepEqual([problems("none", true), problems("none", false)], [1, 1]);
    assert.deepEqual([problems("read-only", true), problems("read-only", false)], [0, 1]);
    assert.deepEqual([problems("read-write", true), problems("read-write", false)], [0, 0]);
  });

  it("gets no folder of the host, whatever the policy says: only the config lends", () => {
    const mounts = [{ folder: "code", path: "/code" }];
    for (const workspace of ["none", "read-only", "read-write"] as const)
      assert.deepEqual(said({ mounts }, { policy: policy({ workspace }) }), [
        "manifest: mounts.0.folder: got a folder of the host, expected none: the stack's config lends them; " +
          "such servers belong in the catalog (mcp/NAME/server.yaml)",
      ]);
    // Nor by a manifest that is wrong besides.
    assert.equal(said({ mounts: [{ ...mounts[0], volume: "workspace", more: 1 }] }).length, 2);
  });

  it("takes no other server's name, user or place", () => {
    assert.match(said({ name: "files" })[0] ?? "", /a name that no server of the catalog has/);
    assert.match(said({ user: 11_001 })[0] ?? "", /a user other than that of server files/);
    assert.match(said({ name: "extra", user: 14_000 })[0] ?? "", /expected 14995, the user the server has/);
    const full = { policy: policy({ servers: 1 }) };
    assert.match(said({}, full)[0] ?? "", /got 2 extra servers, expected at most 1/);
    assert.deepEqual(said({ name: "extra" }, full), []);
  });

  it("gets no user of a companion", () => {
    const services = [{ user: 14_995 }, { user: 14_993 }];
    const servers = [{ ...catalog, manifest: { user: 11_001, services } }];
    assert.equal(check({}, { servers }).manifest?.user, 14_994);
    assert.match(said({ user: 14_993 }, { servers })[0] ?? "", /a user other than that of server files/);
  });

  it("has all its secrets, and no others, and no value of one in a problem", () => {
    const secrets = [{ name: "key" }, { name: "other", required: false }];
    assert.match(said({ secrets })[0] ?? "", /secrets\.key: got nothing, expected a value/);
    // A name that every object has is no value.
    assert.equal(said({ secrets: [{ name: "constructor" }] }).length, 1);
    assert.deepEqual(said({ secrets }, { kept: ["key"] }), []);
    assert.deepEqual(said({ secrets }, { secrets: { key: "v", other: "w" } }), []);
    const wrong = said({ secrets }, { secrets: { key: "", typo: "hunter2", other: "h".repeat(70_000) } });
    assert.equal(wrong.length, 3);
    assert.ok(!wrong.join().includes("hunter2") && !wrong.join().includes("hhh"));
  });

  it("is told all that is wrong at once, also beside a field that makes it no manifest", () => {
    const problems = said({ name: "UPPER", database: true, resources: { cpus: 2 }, mounts: [{ volume: "workspace" }] });
    for (const path of ["name", "database", "resources.cpus", "mounts.0"]) {
      assert.ok(
        problems.some((line) => line.includes(`: ${path}`)),
        `${path} in\n${problems.join("\n")}`,
      );
    }
  });

  it("survives what is no mapping", () => {
    for (const value of [undefined, null, 1, "x", [], [1]]) {
      const all = { secrets: {}, policy: policy(), servers: [], kept: [] };
      assert.ok(checkDeployment({ document: value, ...all }).problems.length > 0);
    }
  });
});
