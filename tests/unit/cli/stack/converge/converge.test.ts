import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { adopt, candidates } from "../../../../../cli/stack/converge/adopt";
import { namedServers } from "../../../../../cli/stack/converge/converge";
import type { Present } from "../../../../../cli/stack/converge/observe";
import { plan } from "../../../../../cli/stack/converge/plan";
import { type Deployment, forget, resourcesOf, type StateResource } from "../../../../../cli/stack/state";
import { DockerType } from "../../../../../lib/docker-types";
import { Label } from "../../../../../manifest/container/labels";

const HOST = "urn:pulumi:dev::dind-mcp::pulumi:providers:docker::host::1";
const INNER = "urn:pulumi:dev::dind-mcp::pulumi:providers:docker::inner::2";
const VOLUME = DockerType.Volume;
const CONTAINER = DockerType.Container;

function resource(type: string, key: string, more: Partial<StateResource> = {}): StateResource {
  const urn = `urn:pulumi:dev::dind-mcp::${type}::${key}`;
  return { urn, type, id: `${key}-id`, provider: HOST, inputs: { name: `mcp-${key}` }, ...more };
}

/** A container as Docker tells it, like the one `resource` declares. */
function container(id: string, name: string, state: object = {}, labels: Record<string, string> = {}) {
  const HostConfig = { RestartPolicy: { Name: "" }, Memory: 0, MemorySwap: 0, NanoCpus: 0 };
  const State = { Running: true, Paused: false, Restarting: false, Status: "running", ...state };
  const Config = { Labels: labels, User: "", Image: "", Env: [], Cmd: [] };
  const all = { Id: id, Name: `/${name}`, Image: "undefined", State, Config, HostConfig, Mounts: [] };
  return { ...all, NetworkSettings: { Networks: {} } } as unknown as ContainerInspectInfo;
}

function present(containers: ContainerInspectInfo[], more: Partial<Present> = {}): Present {
  return {
    containers: new Map(containers.map((one) => [one.Id, one])),
    networks: [],
    volumes: [],
    images: [],
    ...more,
  };
}

const nobody = (): boolean => false;
const managed = (_name: string, labels: Record<string, string>): boolean => labels[Label.ManagedBy] === "pulumi";

describe("converge: the plan", () => {
  it("makes again what is gone, and removes nothing for it", () => {
    const volume = resource(VOLUME, "data");
    const result = plan([volume, resource(CONTAINER, "files")], present([]), nobody, new Set());
    assert.deepEqual(result.steps, []);
    assert.equal(result.forget.size, 2);
    assert.deepEqual(result.found, ["volume mcp-data is gone", "container mcp-files is gone"]);
  });

  it("makes a container again whose volume is gone", () => {
    const volume = resource(VOLUME, "data");
    const files = resource(CONTAINER, "files", { dependencies: [volume.urn] });
    const result = plan([volume, files], present([container("files-id", "mcp-files")]), nobody, new Set());
    assert.deepEqual(
      result.steps.map(({ do: action, id }) => [action, id]),
      [["remove container", "files-id"]],
    );
    assert.deepEqual([...result.forget], [volume.urn, files.urn]);
  });

  it("replaces what was renamed", () => {
    const result = plan([resource(CONTAINER, "files")], present([container("files-id", "aside")]), nobody, new Set());
    assert.equal(result.steps[0]?.do, "remove container");
    assert.deepEqual(result.found, ["mcp-files was renamed to aside"]);
  });

  it("removes a container that nobody recorded only when it is ours", () => {
    const ours = container("x", "mcp-x", {}, { [Label.ManagedBy]: "pulumi" });
    const others = container("y", "mcp-y", {}, { [Label.ManagedBy]: "orchestrator" });
    const { steps } = plan([], present([ours, others]), managed, new Set(["mcp-y"]));
    assert.deepEqual(
      steps.map(({ id }) => id),
      ["x"],
    );
  });

  it("never plans to remove a volume", () => {
    const all = present([], { volumes: ["mcp-data", "foreign"] });
    assert.deepEqual(plan([], all, () => true, new Set(["mcp-data"])).steps, []);
  });
});

describe("converge: servers that the config no longer names", () => {
  it("are those whose folder is gone from the catalog, where the config selects none", () => {
    const root = mkdtempSync(join(tmpdir(), "mcp-named-"));
    for (const name of ["files", "git", ".hidden"]) mkdirSync(join(root, "mcp", name), { recursive: true });
    mkdirSync(join(root, "own"));
    writeFileSync(join(root, "own", "server.yaml"), "");
    const catalog = ["mcp", "own", "absent"];
    assert.deepEqual(namedServers({ servers: [], catalog }, root), ["files", "git", "own"]);
    rmSync(join(root, "mcp", "git"), { recursive: true });
    assert.deepEqual(namedServers({ servers: [], catalog }, root), ["files", "own"]);
    assert.deepEqual(namedServers({ servers: ["git"], catalog }, root), ["git"]);
    rmSync(root, { recursive: true });
  });

  it("are left alone until up removes them; the others are started and restarted", () => {
    const server = (name: string) => ({ [Label.Server]: name });
    const unwell = { Health: { Status: "unhealthy" } };
    const all = present([
      container("files-id", "mcp-files", unwell, server("files")),
      container("old-id", "mcp-old", unwell, server("old")),
      container("gone-id", "mcp-gone", { Running: false, Status: "exited" }, server("gone")),
    ]);
    const resources = ["files", "old", "gone"].map((name) => resource(CONTAINER, name));
    const { steps, found, forget: forgotten } = plan(resources, all, nobody, new Set(), (name) => name === "files");
    assert.deepEqual(
      steps.map((step) => `${step.do} ${step.name}`),
      ["restart mcp-files"],
    );
    assert.deepEqual([found, forgotten.size], [["mcp-files is unhealthy"], 0]);
  });
});

describe("converge: the state", () => {
  const volume = resource(VOLUME, "data");
  const files = resource(CONTAINER, "files", {
    dependencies: [volume.urn, "urn:other"],
    propertyDependencies: { mounts: [volume.urn] },
    deletedWith: volume.urn,
  });
  const state = { version: 3, deployment: { resources: [volume, files] } };

  it("forgets a resource, and what others said of it", () => {
    const [kept, ...rest] = forget(state, new Set([volume.urn])).deployment.resources ?? [];
    assert.deepEqual(rest, []);
    assert.deepEqual(kept?.dependencies, ["urn:other"]);
    assert.deepEqual(kept?.propertyDependencies, { mounts: [] });
    assert.equal(kept?.deletedWith, undefined);
    assert.equal(files.deletedWith, volume.urn, "the state it was given is as it was");
  });

  it("tells the host's resources from those in the engine", () => {
    const inner = resource(CONTAINER, "inner", { provider: INNER });
    assert.deepEqual(resourcesOf({ resources: [volume, inner] }, true), [volume]);
    assert.deepEqual(resourcesOf({ resources: [volume, inner] }, false), [inner]);
  });
});

describe("converge: what a killed run made without recording it", () => {
  const { id: _id, ...made } = resource(VOLUME, "data");
  const creating = (one: StateResource, type = "creating") => ({ type, resource: one });
  const deployment = (resources: StateResource[], ...pending: StateResource[]): Deployment => ({
    resources,
    pending_operations: pending.map((one) => creating(one)),
  });

  it("is a volume or an image of the host that was being created, no other", () => {
    const image = resource(DockerType.Image, "image");
    const inner = resource(VOLUME, "inner", { provider: INNER });
    const all = deployment([], made, image, inner, resource(CONTAINER, "engine"));
    assert.deepEqual(candidates(all), [made, image]);
    assert.deepEqual(candidates({ pending_operations: [creating(made, "deleting")] }), []);
  });

  it("is not what the state has under the same name already", () => {
    assert.deepEqual(candidates(deployment([resource(VOLUME, "data")], made)), []);
  });

  it("is recorded with what was declared of it, so that a volume that is retained stays", () => {
    const retained = { ...made, retainOnDelete: true };
    const state = { version: 3, deployment: { resources: [] } };
    const [volume] = adopt(state, [{ resource: retained, id: "mcp-data" }]).deployment.resources ?? [];
    assert.deepEqual(volume, { ...retained, id: "mcp-data", custom: true, outputs: { name: "mcp-data" } });
  });

  it("beside the one it was to replace is left to delete", () => {
    const old = resource(VOLUME, "data", { inputs: { name: "old" } });
    const both = adopt({ version: 3, deployment: { resources: [old] } }, [{ resource: made, id: "mcp-data" }]);
    assert.deepEqual(
      (both.deployment.resources ?? []).map((one) => (one as { delete?: boolean }).delete),
      [undefined, true],
    );
  });
});
