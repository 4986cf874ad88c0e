import assert from "node:assert/strict";
import { VolumeFiles } from "../../../components/volume-files";
import { DockerType } from "../../../lib/docker-types";
import { Label, Role } from "../../../manifest/container/labels";
import { record, reveal } from "../../support/components/mocks";
import { LABELS, withProvider } from "../../support/components/parts";
import { children, labelsOf, only } from "../../support/components/queries";

const args = {
  containerName: "carrier",
  image: "sha256:empty",
  volumeName: "secrets",
  files: { "a.pem": "AAA", b: "BBB" },
  labels: LABELS,
};
const make = (uid?: number) =>
  record(() => new VolumeFiles("files", { ...args, ...(uid === undefined ? {} : { uid }) }, withProvider("host")));
const CARRIER = `${DockerType.Container} files`;

describe("VolumeFiles", () => {
  it("is one container that never starts, has no network, no capability and no user", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:VolumeFiles files"), [CARRIER]);
    const { inputs, provider } = only(resources, CARRIER);
    assert.equal(provider, "host");
    const { uploads, labels: _labels, ...rest } = inputs;
    assert.deepEqual(rest, {
      name: "carrier",
      image: "sha256:empty",
      command: ["never-started"],
      start: false,
      mustRun: false,
      networkMode: "none",
      capabilities: { drops: ["ALL"] },
      volumes: [{ volumeName: "secrets", containerPath: "/files" }],
    });
    assert.deepEqual(labelsOf(only(resources, CARRIER)), { ...LABELS, [Label.Role]: Role.VolumeFiles });
    assert.equal((uploads as unknown[]).length, 2);
  });

  it("brings files that only their owner reads, their content secret though it was given plain", async () => {
    const { resources } = await make(11_007);
    const { inputs, secrets } = only(resources, CARRIER);
    const mode = { permissions: "0400", owner: "11007", group: "11007" };
    assert.deepEqual(inputs.uploads, [
      { file: "/files/a.pem", content: "AAA", ...mode },
      { file: "/files/b", content: "BBB", ...mode },
    ]);
    assert.deepEqual(secrets, ["uploads.0.content", "uploads.1.content"]);
  });

  it("gives the files to root by default", async () => {
    const uploads = only((await make()).resources, CARRIER).inputs.uploads as { owner: string; group: string }[];
    assert.deepEqual(new Set(uploads.map(({ owner, group }) => `${owner}:${group}`)), new Set(["0:0"]));
  });

  it("does not echo the files as inputs of the component, and tells a revision that is no secret", async () => {
    const { result, resources } = await make();
    assert.deepEqual(only(resources, "dind-mcp:index:VolumeFiles files").inputs, {});
    assert.deepEqual(await reveal(result.revision), { value: "<files id>", secret: false });
  });
});
