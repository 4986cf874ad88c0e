import assert from "node:assert/strict";
import { parseSettings } from "../../../config/parse-settings";
import type { Settings } from "../../../config/settings";
import { formatProblem, ProblemsError } from "../../../lib/problems";
import { Label } from "../../../manifest/container/labels";
import { type HostEngine, hostProblems, inspectHostEngine, takenNames } from "../../../stack/host-engine";
import { fakeHostEngine } from "../../support/components/host-engine";

const settings: Settings = { ...parseSettings({}, [], "f"), hostEngine: "unix:///d.sock" };

/** A host where nothing stands in the way, but for what is given. */
const host = (more: Partial<HostEngine> = {}): HostEngine => ({
  version: "26.1.5",
  apiVersion: "1.45",
  operatingSystem: "linux",
  cgroupVersion: "2",
  cgroupControllers: { memory: true, cpu: true, pids: true },
  securityOptions: ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
  hostname: "here",
  processors: 4,
  dataRoot: "/var/lib/docker",
  networks: [{ name: "bridge", subnets: ["172.17.0.0/16"] }],
  containers: [{ name: "web", hostPorts: [80, 443] }],
  named: [],
  ...more,
});
const problemsOf = (more: Partial<HostEngine>, set: Partial<Settings> = {}) =>
  hostProblems(host(more), { ...settings, ...set }).map(formatProblem);

const OLD =
  "host engine unix:///d.sock: ApiVersion: got 1.40 (Docker 19.03.15), expected 1.41 or newer. To fix: update Docker to 20.10 or newer";
const ROOTLESS =
  "host engine unix:///d.sock: SecurityOptions: got a rootless engine, expected a rootful one: the engine inside mounts overlays and cgroups. To fix: point dind-mcp:hostEngine at a rootful Docker";
const USERNS =
  "host engine unix:///d.sock: SecurityOptions: got an engine with userns-remap, expected one without: CAP_SYS_ADMIN has no effect on its cgroups and /proc/sys. To fix: point dind-mcp:hostEngine at a Docker without userns-remap";
const controller = (name: string) =>
  `host engine unix:///d.sock: cgroup v1: got no ${name} controller, expected memory, cpu and pids controllers, so that servers can be limited`;
const NETWORK =
  "host engine unix:///d.sock: network other: got subnet 172.30.4.0/24, expected none that overlaps 172.30.0.0/16. To fix: set dind-mcp:networkCidr to a free subnet, or remove that network";
const PORT =
  "host engine unix:///d.sock: container web: got host port 12376 in use, expected a free port. To fix: set dind-mcp:dockerTlsPort to a free port, or stop that container";
const WINDOWS = "host engine unix:///d.sock: OSType: got windows, expected linux containers";

describe("problems of the host", () => {
  it("are none on an ordinary one, with cgroup v1 or v2, with AppArmor or without", () => {
    assert.deepEqual(problemsOf({}), []);
    assert.deepEqual(problemsOf({ cgroupVersion: "1", securityOptions: [] }), []);
  });

  it("are each told by one sentence", () => {
    assert.deepEqual(problemsOf({ apiVersion: "1.40", version: "19.03.15" }), [OLD]);
    assert.deepEqual(problemsOf({ operatingSystem: "windows" }), [WINDOWS]);
    assert.deepEqual(problemsOf({ securityOptions: ["name=seccomp,profile=builtin", "name=rootless"] }), [ROOTLESS]);
    assert.deepEqual(problemsOf({ securityOptions: ["name=userns"] }), [USERNS]);
    const cgroupControllers = { memory: true, cpu: false, pids: true };
    assert.deepEqual(problemsOf({ cgroupVersion: "1", cgroupControllers }), [controller("cpu")]);
  });

  it("compare versions by their numbers", () => {
    for (const apiVersion of ["1.9", "1.40", "0.99"]) assert.equal(problemsOf({ apiVersion }).length, 1, apiVersion);
    for (const apiVersion of ["1.41", "1.100", "2.0"]) assert.deepEqual(problemsOf({ apiVersion }), [], apiVersion);
  });

  it("are networks that overlap, unless it is our own", () => {
    const networks = [{ name: "other", subnets: ["10.9.0.0/16", "172.30.4.0/24"] }];
    assert.deepEqual(problemsOf({ networks }), [NETWORK]);
    assert.deepEqual(problemsOf({ networks }, { networkName: "other" }), []);
    assert.deepEqual(problemsOf({ networks }, { networkCidr: "172.31.0.0/16" }), []);
    assert.equal(problemsOf({ networks: [{ name: "all", subnets: ["172.0.0.0/8"] }] }).length, 1);
  });

  it("are containers on our port, unless it is our own", () => {
    const containers = [{ name: "web", hostPorts: [80, 12_376] }];
    assert.deepEqual(problemsOf({ containers }), [PORT]);
    assert.deepEqual(problemsOf({ containers }, { engineName: "web" }), []);
    assert.deepEqual(problemsOf({ containers }, { dockerTlsPort: 12_377 }), []);
  });

  it("are containers on any of the ports that are published", () => {
    const ours: [string, number][] = [
      ["apiPort", 18_080],
      ["pagePort", 18_081],
      ["metricsPort", 19_090],
      ["dockerPort", 12_375],
    ];
    for (const [key, port] of ours) {
      const containers = [{ name: "web", hostPorts: [port] }];
      assert.deepEqual(problemsOf({ containers }), [PORT.replace("12376", String(port)).replace("dockerTlsPort", key)]);
      assert.deepEqual(problemsOf({ containers }, { [key]: 1 }), []);
    }
    assert.deepEqual(problemsOf({ containers: [{ name: "web", hostPorts: [12_375] }] }, { dockerApi: "off" }), []);
  });

  it("are told all at once", () => {
    const everything = problemsOf({
      version: "19.03.15",
      apiVersion: "1.40",
      operatingSystem: "windows",
      cgroupVersion: "1",
      cgroupControllers: { memory: false, cpu: false, pids: false },
      securityOptions: ["name=rootless", "name=userns"],
      networks: [{ name: "other", subnets: ["172.30.4.0/24"] }],
      containers: [{ name: "web", hostPorts: [12_376] }],
    });
    const controllers = ["memory", "cpu", "pids"].map(controller);
    assert.deepEqual(everything, [WINDOWS, OLD, ROOTLESS, USERNS, ...controllers, NETWORK, PORT]);
  });
});

describe("the host engine", () => {
  it("is asked over its socket, and its words are understood", async () => {
    const engine = await fakeHostEngine({
      "/info": {
        Name: "here",
        OSType: "linux",
        MemoryLimit: true,
        CpuCfsQuota: false,
        PidsLimit: true,
        SecurityOptions: ["name=rootless"],
        NCPU: 6,
        DockerRootDir: "/data/docker",
      },
      "/networks": [
        { Name: "host", IPAM: { Config: null } },
        { Name: "six", IPAM: { Config: [{ Subnet: "fd00::/64" }, { Subnet: "10.1.0.0/16" }] } },
      ],
      "/containers/json": [
        {
          Id: "abc",
          Names: ["/web"],
          Labels: { [Label.Stack]: "dind-mcp/dev" },
          Ports: [{ PrivatePort: 1 }, { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" }],
        },
        { Id: "def", Names: [], Ports: [] },
      ],
      "/volumes": { Volumes: [{ Name: "data", Labels: null }] },
    });
    try {
      assert.deepEqual(await inspectHostEngine(engine.endpoint), {
        version: "26.1.5",
        apiVersion: "1.45",
        operatingSystem: "linux",
        cgroupVersion: "1", // Docker 20.10 does not say it where it is v1
        cgroupControllers: { memory: true, cpu: false, pids: true },
        securityOptions: ["name=rootless"],
        hostname: "here",
        processors: 6,
        dataRoot: "/data/docker",
        networks: [
          { name: "host", subnets: [] },
          { name: "six", subnets: ["10.1.0.0/16"] },
        ],
        containers: [
          { name: "web", hostPorts: [8080] },
          { name: "def", hostPorts: [] },
        ],
        named: [
          { kind: "container", name: "web", stack: "dind-mcp/dev" },
          { kind: "container", name: "def", stack: undefined },
          { kind: "network", name: "host", stack: undefined },
          { kind: "network", name: "six", stack: undefined },
          { kind: "volume", name: "data", stack: undefined },
        ],
      });
    } finally {
      await engine.close();
    }
  });

  it("that does not answer is a problem with a way out", async () => {
    await assert.rejects(inspectHostEngine("unix:///nowhere/d.sock"), (error) => {
      assert.ok(error instanceof ProblemsError);
      assert.deepEqual(error.problems.map(formatProblem), [
        "host engine unix:///nowhere/d.sock: connection: got connect ENOENT /nowhere/d.sock, expected an answer. To fix: start Docker there, or set dind-mcp:hostEngine to where it listens",
      ]);
      return true;
    });
  });
});

describe("names on the host", () => {
  const taken = (...named: HostEngine["named"]) =>
    takenNames(host({ named }), settings, "dind-mcp/dev").map(formatProblem);
  const refused = (kind: string, name: string, whose: string, key: string) =>
    `host engine unix:///d.sock: ${kind} ${name}: got a ${kind} of ${whose}, expected a name that is free, or this stack's (dind-mcp/dev). To fix: set dind-mcp:${key} to another name, or remove that ${kind}`;

  it("may be this stack's own, or of no interest, or a restored volume's", () => {
    assert.deepEqual(
      taken(
        { kind: "container", name: "mcp-engine", stack: "dind-mcp/dev" },
        { kind: "container", name: "other" },
        { kind: "volume", name: "mcp-engine" },
        { kind: "network", name: "mcp-engine" },
      ),
      [],
    );
  });

  it("may not be another stack's, or anybody else's", () => {
    assert.deepEqual(
      taken(
        { kind: "container", name: "mcp-engine" },
        { kind: "network", name: "mcp-internal", stack: "dind-mcp/other" },
        { kind: "volume", name: "mcp-postgres", stack: "dind-mcp/other" },
      ),
      [
        refused("container", "mcp-engine", "somebody else", "engineName"),
        refused("network", "mcp-internal", "the stack dind-mcp/other", "networkName"),
        refused("volume", "mcp-postgres", "the stack dind-mcp/other", "volumePrefix"),
      ],
    );
  });
});
