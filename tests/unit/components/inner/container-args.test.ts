import assert from "node:assert/strict";
import { containerArgs, decimal } from "../../../../components/inner/container-args";
import { containerSpec } from "../../../../manifest/container/container-spec";
import { manifest } from "../../../support/manifest/documents";

const spec = (more: Record<string, unknown> = {}) => containerSpec(manifest(more), { image: "i", stack: "p/s" });
const references = { image: "sha256:abc", volumes: {}, labels: {} };

describe("a container specification in the provider's words", () => {
  it("says everything that the specification says", () => {
    const mounts = [{ volume: "workspace", path: "/w" }];
    const one = spec({
      workdir: "/data",
      secrets: [{ name: "key" }],
      mounts,
      egress: ["example.com:22"],
      transparentEgress: true,
    });
    const args = containerArgs(one, references) as unknown as Record<string, unknown>;
    const said: Record<string, string> = {
      ...{ entrypoint: "entrypoints", groups: "groupAdds", workdir: "workingDir", env: "envs", mounts: "volumes" },
      ...{ logOptions: "logOpts", capDrop: "capabilities", sharedMemory: "shmSize", securityOptions: "securityOpts" },
    };
    const elsewhere = ["network", "secretFiles"]; // a resource of their own each
    const missing = Object.keys(one).filter((key) => !elsewhere.includes(key) && args[said[key] ?? key] === undefined);
    assert.deepEqual(missing, []);
    assert.deepEqual(args.hosts, [{ host: "example.com", ip: "10.214.6.78" }]);
    assert.deepEqual(args.dns, ["10.214.6.78"]);
  });

  it("has memory in MiB, processors as they are read back, and the stop's time on destroy as well", () => {
    const resources = { cpus: 2, memory: "1g", processes: 64 };
    const one = spec({ resources, sharedMemory: "96m", sessions: { grace: "7s" } });
    const { memory, memorySwap, shmSize, cpus, stopTimeout, destroyGraceSeconds } = containerArgs(one, references);
    assert.deepEqual([memory, memorySwap, shmSize, cpus], [1024, 1024, 96, "2.0"]);
    assert.deepEqual([stopTimeout, destroyGraceSeconds], [10, 10]);
  });

  it("runs the image that was built, in the network and on the volumes that were made", () => {
    const one = spec({ egress: ["example.com:443"] });
    const volumes = { "mcp-echo-sessions": "made" };
    const args = containerArgs(one, { ...references, network: "net", volumes, labels: { more: "1" } });
    assert.deepEqual([args.image, args.networkMode], ["sha256:abc", "net"]);
    assert.deepEqual(args.volumes, [
      { hostPath: "/usr/local/lib/dind-mcp/mcp-init", containerPath: "/.mcp/init", readOnly: true },
      { volumeName: "made", containerPath: "/run/mcp", readOnly: false },
    ]);
    assert.deepEqual(
      (args.labels as { label: string }[]).map(({ label }) => label),
      [...Object.keys(one.labels), "more"],
    );
  });
});

describe("processors", () => {
  it("have a decimal point", () => {
    assert.deepEqual(["1", "64", "0.5", "1.25", "1.0"].map(decimal), ["1.0", "64.0", "0.5", "1.25", "1.0"]);
  });
});
