import assert from "node:assert/strict";
import { containerSpec } from "../../../../manifest/container/container-spec";
import { Label } from "../../../../manifest/container/labels";
import { parseManifest } from "../../../../manifest/manifest";
import { manifest } from "../../../support/manifest/documents";

const options = { image: "sha256:abc", stack: "dind-mcp/dev" };

describe("container specification", () => {
  it("of a stdio server that needs nothing: every wall is up", () => {
    const one = manifest();
    assert.deepEqual(containerSpec(one, options), {
      name: "mcp-echo",
      hostname: "echo",
      image: "sha256:abc",
      entrypoint: ["/.mcp/init"],
      command: [
        "serve",
        "--socket",
        "/run/mcp/session.sock",
        "--max-sessions",
        "8",
        "--grace-ms",
        "2000",
        "--",
        "/echo",
      ],
      init: false,
      stopSignal: "SIGTERM",
      stopTimeout: 5,
      user: "11000:11000",
      groups: [],
      env: { HOME: "/tmp" },
      labels: {
        [Label.ManagedBy]: "pulumi",
        [Label.Manifest]: containerSpec(one, options).labels[Label.Manifest],
        [Label.Server]: "echo",
        [Label.Stack]: "dind-mcp/dev",
        [Label.Transport]: "stdio",
      },
      mounts: [
        { type: "bind", source: "/usr/local/lib/dind-mcp/mcp-init", target: "/.mcp/init", readOnly: true },
        { type: "volume", source: "mcp-echo-sessions", target: "/run/mcp", readOnly: false },
      ],
      volumes: [
        {
          name: "mcp-echo-sessions",
          driver: "local",
          options: { type: "tmpfs", device: "tmpfs", o: "uid=11000,gid=20000,mode=0750,size=64k,nodev,nosuid,noexec" },
        },
      ],
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=64m" },
      networkMode: "none",
      memory: 268_435_456,
      memorySwap: 268_435_456,
      cpus: "0.5",
      ulimits: [
        { name: "core", soft: 0, hard: 0 },
        { name: "nofile", soft: 8_192, hard: 8_192 },
        { name: "nproc", soft: 128, hard: 128 },
      ],
      logDriver: "json-file",
      logOptions: { "max-file": "2", "max-size": "5m" },
      restart: "unless-stopped",
      healthcheck: {
        tests: ["CMD", "/.mcp/init", "check", "--socket", "/run/mcp/session.sock", "--timeout-ms", "5000"],
        interval: "30s",
        timeout: "6s",
        retries: 3,
        startPeriod: "30s",
        startInterval: "500ms",
      },
      readOnly: true,
      capDrop: ["ALL"],
      securityOptions: ["no-new-privileges:true"],
      secretFiles: [],
    });
  });

  it("of an HTTP server: its own network, its own program under Docker's init, no session socket", () => {
    const one = manifest({
      transport: { type: "streamable-http", port: 8_080, path: "/x", command: ["/serve", "--port", "8080"] },
    });
    const spec = containerSpec(one, options);
    assert.deepEqual(
      [spec.entrypoint, spec.command, spec.init, spec.stopSignal],
      [["/serve"], ["--port", "8080"], true, undefined],
    );
    assert.deepEqual(spec.network, {
      name: "mcp-echo",
      subnet: "10.214.6.64/28",
      gateway: "10.214.6.65",
      internal: true,
    });
    assert.equal(spec.networkMode, "mcp-echo");
    assert.deepEqual(spec.healthcheck.tests.slice(1, 5), ["/.mcp/init", "check", "--url", "http://127.0.0.1:8080/x"]);
    assert.deepEqual([spec.volumes, spec.mounts.map(({ target }) => target)], [[], ["/.mcp/init"]]);
    const bare = containerSpec(manifest({ transport: { type: "streamable-http", port: 80 } }), options);
    assert.deepEqual([bare.entrypoint, bare.command], [undefined, undefined]);
  });

  it("with secrets, workspace, egress and database", () => {
    const spec = containerSpec(
      manifest({
        secrets: [{ name: "key" }],
        mounts: [{ volume: "workspace", path: "/data", readOnly: false }],
        egress: ["api.example.com:443"],
        database: true,
        env: { HOME: "/home", A: "b" },
        workdir: "/app",
        resources: { memory: "1g", cpus: 2, processes: 64 },
        sessions: { grace: "10500ms", max: 3 },
        health: { interval: "5m", timeout: "90s", startInterval: "1s" },
      }),
      { ...options, managedBy: "api" },
    );
    assert.deepEqual(spec.mounts.slice(2), [
      { type: "volume", source: "mcp-echo-secrets", target: "/run/secrets", readOnly: true },
      { type: "bind", source: "/srv/mcp/workspace", target: "/data", readOnly: false },
    ]);
    assert.deepEqual(spec.volumes[1], { name: "mcp-echo-secrets", driver: "local", options: {} });
    assert.deepEqual(
      spec.secretFiles.map(({ file }) => file),
      ["/run/secrets/key", "/run/secrets/dsn"],
    );
    assert.deepEqual(spec.groups, ["20001"]);
    assert.deepEqual(spec.env, {
      HOME: "/home",
      A: "b",
      HTTP_PROXY: "http://egress:3128",
      http_proxy: "http://egress:3128",
      HTTPS_PROXY: "http://egress:3128",
      https_proxy: "http://egress:3128",
      NO_PROXY: "localhost,127.0.0.1",
      no_proxy: "localhost,127.0.0.1",
    });
    assert.deepEqual([spec.memory, spec.memorySwap, spec.cpus, spec.ulimits[2]?.hard], [2 ** 30, 2 ** 30, "2", 64]);
    assert.deepEqual(
      [spec.workdir, spec.stopTimeout, spec.command?.slice(3, 7)],
      ["/app", 14, ["--max-sessions", "3", "--grace-ms", "10500"]],
    );
    assert.deepEqual(
      [spec.healthcheck.interval, spec.healthcheck.timeout, spec.healthcheck.tests.at(-1)],
      ["5m0s", "1m31s", "90000"],
    );
    assert.equal(spec.labels[Label.ManagedBy], "api");
  });

  it("carries the whole manifest in one label, always written the same way", () => {
    const one = manifest({ env: { B: "2", A: "1" }, database: true });
    const label = containerSpec(one, options).labels[Label.Manifest] ?? "";
    assert.deepEqual(parseManifest(JSON.parse(label), "label"), { manifest: one, problems: [] });
    const turned = Object.fromEntries(Object.entries(one).reverse()) as typeof one;
    assert.equal(containerSpec(turned, options).labels[Label.Manifest], label);
  });

  it("is plain data that survives JSON, and leaves its input alone", () => {
    const one = manifest({ egress: ["a.example.com:1"] });
    const before = structuredClone(one);
    const spec = containerSpec(one, options);
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec);
    assert.deepEqual(one, before);
  });
});
