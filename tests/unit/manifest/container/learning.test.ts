import assert from "node:assert/strict";
import { containerSpec } from "../../../../manifest/container/container-spec";
import {
  isLearningName,
  learningManifest,
  learningName,
  learningOptions,
  learningProblem,
  learningProxy,
} from "../../../../manifest/container/learning";
import { parseManifest } from "../../../../manifest/manifest";
import { manifest as manifestOf } from "../../../support/manifest/documents";

const original = manifestOf({
  egress: ["db.example.com:5432", "db.lan:27017"],
  mounts: [
    { folder: "code", path: "/code", readOnly: false },
    { volume: "workspace", path: "/workspace", readOnly: false },
  ],
  resources: { cpus: 4, memory: "256m" },
});
const copy = learningManifest(original, 14_000);

describe("the throwaway copy of a server that learns", () => {
  it("is a server of its own, with every public host, more room, and nothing of anybody's that it could change", () => {
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(copy)), "copy").problems, []);
    assert.equal(copy.name, learningName(original.name));
    assert.deepEqual(copy.egress, ["public", "db.example.com:5432"]);
    assert.deepEqual(copy.mounts, [{ volume: "workspace", path: "/workspace", readOnly: true }]);
    assert.deepEqual(copy.resources, { cpus: 4, memory: "2g", processes: 1_024 });
    assert.equal(learningName("a-name-of-26-letters-abcde-and-more"), "a-name-of-26-letters-abcde-learn");
  });

  it("has every wall but that its root file system can be written", () => {
    const spec = containerSpec(copy, { image: "sha256:1", stack: "p/s", managedBy: "api" });
    const { HostConfig, User, Env, Labels } = learningOptions(spec, copy, { server: original.name, until: 5 });
    assert.equal(HostConfig?.ReadonlyRootfs, false);
    assert.deepEqual([HostConfig?.CapDrop, HostConfig?.SecurityOpt], [["ALL"], ["no-new-privileges:true"]]);
    assert.equal(HostConfig?.NetworkMode, `mcp-${copy.name}`);
    assert.equal(User, "14000:14000");
    assert.ok(Env?.includes("HOME=/home/mcp"));
    assert.equal(Labels?.["dind-mcp.learns-until"], "5");
    assert.equal(Labels?.["dind-mcp.copy-of"], original.name);
  });

  it("goes out through a proxy of its own, hardened as every server, that refuses private addresses", () => {
    const { HostConfig, Env = [] } = learningProxy(copy, "p/s", "sha256:2");
    assert.equal(HostConfig?.ReadonlyRootfs, true);
    assert.deepEqual([HostConfig?.CapDrop, HostConfig?.SecurityOpt], [["ALL"], ["no-new-privileges:true"]]);
    const conf = Env.find((one) => one.startsWith("SQUID_CONF="))?.slice("SQUID_CONF=".length) ?? "";
    assert.match(
      conf,
      new RegExp(`^http_access allow from_${copy.name} dns_name !private_name web known !refused$`, "m"),
    );
    assert.match(conf, /^http_access deny all$/m);
    assert.doesNotMatch(conf, /db\.lan/);
  });

  it("brings programs to it that ignore its variables, when the server does", () => {
    const transparent = learningManifest({ ...original, transparentEgress: true }, 14_000);
    const { Env = [] } = learningProxy(transparent, "p/s", "sha256:2");
    assert.match(Env.find((one) => one.startsWith("RELAYED=")) ?? "", /^RELAYED=[\d.]+ 443 \*$/m);
  });

  it("is not made of a server that lives of what a copy has not", () => {
    assert.equal(learningProblem(original), undefined);
    assert.match(learningProblem({ ...original, database: true }) ?? "", /database/);
    assert.match(learningProblem(copy) ?? "", /copy itself/);
    assert.deepEqual([isLearningName(copy.name), isLearningName(original.name)], [true, false]);
  });
});
