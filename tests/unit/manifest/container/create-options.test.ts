import assert from "node:assert/strict";
import fc from "fast-check";
import { containerArgs } from "../../../../components/inner/container-args";
import { type ContainerSpec, containerSpec } from "../../../../manifest/container/container-spec";
import { createOptions } from "../../../../manifest/container/create-options";
import { Label } from "../../../../manifest/container/labels";
import { parseManifest } from "../../../../manifest/manifest";
import { document, manifest } from "../../../support/manifest/documents";

const options = { image: "sha256:abc", stack: "p/s", managedBy: "api" } as const;
const full = {
  workdir: "/app",
  env: { A: "b" },
  secrets: [{ name: "key" }],
  mounts: [{ volume: "workspace", path: "/data", readOnly: false }],
  egress: ["api.example.com:443"],
  transparentEgress: true,
  resources: { cpus: 0.29, memory: "1g", processes: 64 },
  health: { interval: "90s", timeout: "500ms", startPeriod: "10m", startInterval: "250ms", retries: 5 },
};
const http = { transport: { type: "streamable-http", port: 80, command: ["/serve", "--now"] } };
const bare = { transport: { type: "streamable-http", port: 80 } };

/** Every value in a tree. */
function leaves(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

describe("a container specification in the words of Docker's API", () => {
  const spec = containerSpec(manifest(full), options);
  const body = createOptions(spec);
  const host = body.HostConfig ?? {};

  it("says all of it", () => {
    const { name, Hostname, Image, Entrypoint, Cmd, User, WorkingDir, Labels, StopSignal, StopTimeout } = body;
    assert.deepEqual(
      { name, Hostname, Image, Entrypoint, Cmd, User, WorkingDir, Labels, StopSignal, StopTimeout },
      {
        ...{ name: "mcp-echo", Hostname: "echo", Image: "sha256:abc", Entrypoint: spec.entrypoint, Cmd: spec.command },
        ...{ User: "11000:11000", WorkingDir: "/app", Labels: spec.labels, StopSignal: "SIGTERM", StopTimeout: 5 },
      },
    );
    assert.ok(body.Env?.includes("A=b") && body.Env.includes("HOME=/tmp") && body.Env.length === 10);
    assert.deepEqual(body.Healthcheck, {
      Test: spec.healthcheck.tests,
      ...{ Interval: 90e9, Timeout: 1.5e9, Retries: 5, StartPeriod: 600e9, StartInterval: 250e6 },
    });
    assert.deepEqual(host, {
      Init: false,
      GroupAdd: ["20001"],
      Binds: [
        "/usr/local/lib/dind-mcp/mcp-init:/.mcp/init:ro",
        "mcp-echo-sessions:/run/mcp:rw",
        "mcp-echo-secrets:/run/secrets:ro",
        "/srv/mcp/workspace:/data:rw",
      ],
      Tmpfs: spec.tmpfs,
      ShmSize: 64 * 2 ** 20,
      NetworkMode: "mcp-echo",
      ExtraHosts: ["api.example.com:10.214.6.78"],
      Dns: ["10.214.6.78"],
      ...{ Memory: 2 ** 30, MemorySwap: 2 ** 30, NanoCpus: 290_000_000 },
      Ulimits: [
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "nofile", Soft: 8_192, Hard: 8_192 },
        { Name: "nproc", Soft: 64, Hard: 64 },
      ],
      LogConfig: { Type: "json-file", Config: { "max-file": "2", "max-size": "5m" } },
      RestartPolicy: { Name: "unless-stopped" },
      ...{ ReadonlyRootfs: true, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"] },
    });
  });

  it("knows every field that a specification has: a new one fails here until it is passed on", () => {
    const elsewhere: (keyof ContainerSpec)[] = ["network", "secretFiles", "volumes"]; // made before the container
    const changed = (Object.keys(spec) as (keyof ContainerSpec)[]).filter((key) => !elsewhere.includes(key));
    const silent = changed.filter((key) => {
      const { [key]: _, ...rest } = spec;
      try {
        return JSON.stringify(createOptions(rest as ContainerSpec)) === JSON.stringify(body);
      } catch {
        return false; // not even possible without it
      }
    });
    assert.deepEqual(silent, []);
  });

  for (const [name, more] of Object.entries({ full, http, bare, plain: {} })) {
    it(`says the same as the Pulumi component does (${name})`, () => {
      const one = containerSpec(manifest(more), options);
      const args = containerArgs(one, { image: one.image, volumes: {}, labels: {} });
      const mine = createOptions(one);
      const theirs = args.volumes as {
        hostPath?: string;
        volumeName?: string;
        containerPath: string;
        readOnly: boolean;
      }[];
      assert.deepEqual(
        [
          mine.Entrypoint,
          mine.Cmd,
          mine.User,
          mine.Env,
          mine.Hostname,
          mine.WorkingDir,
          mine.StopSignal,
          mine.StopTimeout,
        ],
        [
          args.entrypoints,
          args.command,
          args.user,
          args.envs,
          args.hostname,
          args.workingDir,
          args.stopSignal,
          args.stopTimeout,
        ],
      );
      assert.deepEqual(
        [mine.HostConfig?.Init, mine.HostConfig?.GroupAdd, mine.HostConfig?.NetworkMode, mine.HostConfig?.Tmpfs],
        [args.init, args.groupAdds, args.networkMode, args.tmpfs],
      );
      assert.deepEqual(
        mine.HostConfig?.Binds,
        theirs.map((v) => `${v.hostPath ?? v.volumeName}:${v.containerPath}:${v.readOnly ? "ro" : "rw"}`),
      );
      assert.deepEqual(
        [mine.HostConfig?.Memory, mine.HostConfig?.MemorySwap, (mine.HostConfig?.NanoCpus ?? 0) / 1e9],
        [Number(args.memory) * 2 ** 20, Number(args.memorySwap) * 2 ** 20, Number(args.cpus)],
      );
    });
  }
});

describe("no manifest whatever", () => {
  const hostile = [
    "host",
    "--privileged",
    "ALL",
    "/:/host:rw",
    "/var/run/docker.sock",
    "a,b=c\nd",
    "container:x",
    "../..",
  ];
  const text = fc.oneof(fc.string(), fc.constantFrom(...hostile));
  /** Mostly what a manifest may hold, so that enough documents are one; sometimes what it may not. */
  const seldom = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
    fc.oneof({ weight: 19, arbitrary: right }, { weight: 1, arbitrary: wrong });
  const path = fc
    .array(fc.stringMatching(/^[a-z0-9_-]{1,8}$/), { minLength: 1, maxLength: 3 })
    .map((p) => `/${p.join("/")}`);
  const stdio = fc.record({ type: fc.constant("stdio"), command: fc.array(text, { minLength: 1, maxLength: 4 }) });
  const listens = {
    type: fc.constant("streamable-http"),
    port: fc.integer({ min: 1, max: 65_535 }),
    command: fc.array(text),
  };
  const variable = fc.stringMatching(/^[A-Z_]{1,12}$/);
  const mount = fc.record({
    volume: seldom(fc.constant("workspace"), text),
    path: seldom(path, text),
    readOnly: fc.boolean(),
  });
  const secret = fc.record({ name: seldom(fc.stringMatching(/^[a-z0-9]{3,9}$/), text) });
  const documents = fc.record(
    {
      name: seldom(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/), text),
      transport: fc.oneof(stdio, fc.record(listens)),
      env: fc.dictionary(variable, text, { maxKeys: 3 }),
      secrets: fc.array(secret, { maxLength: 2 }),
      mounts: fc.array(mount, { maxLength: 2 }),
      egress: fc.constantFrom([], ["example.com:443"]),
      transparentEgress: fc.boolean(),
      database: fc.boolean(),
      workdir: seldom(path, text),
      user: fc.integer({ min: 10_990, max: 15_000 }),
      resources: fc.record({
        cpus: fc.integer({ min: 4, max: 6_500 }).map((hundredths) => hundredths / 100),
        memory: seldom(fc.constantFrom("17m", "256m", "64g"), fc.constantFrom("1m", "-1", "0")),
      }),
      health: fc.record({ interval: seldom(fc.constantFrom("1s", "90s", "1h"), text) }),
    },
    { requiredKeys: [] },
  );
  // What is not in the schema has to be refused, not passed on.
  const foreign = seldom(fc.constant({}), fc.constantFrom({ privileged: true }, { HostConfig: { Privileged: true } }));

  it("gives more than the walls allow", () => {
    let parsed = 0;
    fc.assert(
      fc.property(documents, foreign, (more, keys) => {
        const { manifest: one } = parseManifest({ ...document(), ...more, ...keys }, "f");
        if (!one) return;
        parsed += 1;
        assert.deepEqual(keys, {});
        const spec = containerSpec(one, options);
        const { HostConfig: host = {}, ...body } = createOptions(spec);
        const namespaces = ["PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "Cgroup", "CgroupParent"];
        const powers = [
          "Privileged",
          "CapAdd",
          "Devices",
          "DeviceRequests",
          "VolumesFrom",
          "Mounts",
          "Sysctls",
          "Runtime",
        ];
        assert.deepEqual(
          [...namespaces, ...powers, "PortBindings", "Links"].filter((key) => key in host),
          [],
        );
        assert.ok(host.NetworkMode === "none" || host.NetworkMode === `mcp-${one.name}`, host.NetworkMode);
        const sources = [
          "/usr/local/lib/dind-mcp/mcp-init",
          "/srv/mcp/workspace",
          `${spec.name}-sessions`,
          `${spec.name}-secrets`,
        ];
        for (const bind of host.Binds ?? []) {
          const [source = "", target = "", mode, ...more] = bind.split(":");
          assert.ok(sources.includes(source) && target.startsWith("/") && /^r[ow]$/.test(mode ?? ""), bind);
          assert.equal(more.length, 0, bind);
        }
        assert.deepEqual(
          [host.CapDrop, host.SecurityOpt, host.ReadonlyRootfs],
          [["ALL"], ["no-new-privileges:true"], true],
        );
        assert.deepEqual(Object.keys(host.Tmpfs ?? {}), ["/tmp"]);
        const { Memory = 0, MemorySwap, NanoCpus = 0, Ulimits = [] } = host;
        assert.ok(Memory > 0 && MemorySwap === Memory && NanoCpus > 0);
        assert.deepEqual(
          Ulimits.map(({ Name, Hard = 0 }) => Hard > 0 || Name === "core"),
          [true, true, true],
        );
        assert.match(body.User ?? "", /^1[1-4]\d{3}:1[1-4]\d{3}$/);
        assert.equal(body.Labels?.[Label.ManagedBy], "api");
        assert.ok(leaves(body.Labels).every((label) => typeof label === "string"));
      }),
      { numRuns: 500 },
    );
    // Otherwise the property says nothing.
    assert.ok(parsed > 150, `only ${parsed} of the documents were manifests`);
  });
});
