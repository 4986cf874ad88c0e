import assert from "node:assert/strict";
import { PersistentVolumes, type PersistentVolumesArgs } from "../../../components/persistent-volumes";
import { DockerType } from "../../../lib/docker-types";
import { record, reveal } from "../../support/components/mocks";
import { LABEL_LIST, LABELS, withProvider } from "../../support/components/parts";
import { children, only } from "../../support/components/queries";

const KEYS = ["certs", "engine", "logs", "orchestrator", "postgres", "workspace"];

const make = (more: Partial<PersistentVolumesArgs> = {}) =>
  record(() => new PersistentVolumes("volumes", { labels: LABELS, ...more }, withProvider("host")));

describe("PersistentVolumes", () => {
  it("is six labelled volumes, made by the host provider", async () => {
    const { resources } = await make();
    assert.deepEqual(
      children(resources, "dind-mcp:index:PersistentVolumes volumes"),
      KEYS.map((key) => `${DockerType.Volume} volumes-${key}`),
    );
    for (const key of KEYS) {
      const { inputs, provider } = only(resources, `volumes-${key}`);
      assert.deepEqual(inputs, { name: `mcp-${key}`, driver: "local", labels: LABEL_LIST });
      assert.equal(provider, "host");
    }
  });

  it("puts a prefix in front of every name, and tells the names", async () => {
    const { result } = await make({ prefix: "b-" });
    assert.deepEqual(Object.keys(result.names).sort(), KEYS);
    for (const [key, name] of Object.entries(result.names)) assert.equal((await reveal(name)).value, `b-mcp-${key}`);
    assert.equal((await reveal(result.engineData.name)).value, "b-mcp-engine");
  });

  it("keeps all of them on destroy when asked to, and none else", async () => {
    for (const retain of [true, false, undefined]) {
      const { resources } = await make({ retain });
      const kept = KEYS.filter((key) => only(resources, `volumes-${key}`).retainOnDelete);
      assert.deepEqual(kept, retain ? KEYS : []);
    }
  });

  it("protects all of them when asked to, and none else", async () => {
    for (const protect of [true, false, undefined]) {
      const { resources } = await make({ protect });
      const safe = KEYS.filter((key) => only(resources, `volumes-${key}`).protect);
      assert.deepEqual(safe, protect ? KEYS : []);
    }
  });
});
