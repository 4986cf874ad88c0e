import assert from "node:assert/strict";
import { containerSpec } from "../../../../manifest/container/container-spec";
import { containerLabels, Label } from "../../../../manifest/container/labels";
import { proxyEnvironment } from "../../../../manifest/container/proxy-environment";
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
      labels: containerLabels({
        [Label.ManagedBy]: "pulumi",
        [Label.Manifest]: containerSpec(one, options).labels[Label.Manifest],
        [Label.Server]: "echo",
        [Label.Stack]: "dind-mcp/dev",
        [Label.Transport]: "stdio",
      }),
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
      sharedMemory: 64 * 2 ** 20,
      networkMode: "none",
      hosts: {},
      dns: [],
      memory: 512 * 2 ** 20,
      memorySwap: 512 * 2 ** 20,
      cpus: "1",
      ulimits: [
        { name: "core", soft: 0, hard: 0 },
        { name: "nofile", soft: 8_192, hard: 8_192 },
        { name: "nproc", soft: 128, hard: 128 },
      ],
      logDriver: "json-file",
      logOptions: { "max-file": "2", "max-size": "5m" },
      restart: "unless-stopped",
      healthcheck: {
        tests: ["CMD", "/.mcp/init", "check", "--socket", "/run/mcp/session.sock", "--timeout-ms", "30000"],
        interval: "30s",
        timeout: "31s",
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

  it("of an HTTP server: its own network, its own program under mcp-init, no session socket", () => {
    const one = manifest({
      transport: { type: "streamable-http", port: 8_080, path: "/x", command: ["/serve", "--port", "8080"] },
    });
    const spec = containerSpec(one, options);
    assert.deepEqual(
      [spec.entrypoint, spec.command, spec.init, spec.stopSignal],
      [["/.mcp/init"], ["run", "--", "/serve", "--port", "8080"], false, undefined],
    );
    assert.deepEqual(spec.network, {
      name: "mcp-echo",
      subnet: "10.214.6.64/28",
      gateway: "10.214.6.65",
      internal: true,
    });
    assert.equal(spec.networkMode, "mcp-echo");
    assert.deepEqual(spec.healthcheck.tests.slice(1, 5), ["/.mcp/init", "check", "--url", "http://own:8080/x"]);
    assert.deepEqual([spec.volumes, spec.mounts.map(({ target }) => target)], [[], ["/.mcp/init"]]);
    const old = containerSpec(manifest({ transport: { type: "sse", port: 8_080 } }), options);
    assert.deepEqual(old.healthcheck.tests.slice(1, 5), ["/.mcp/init", "check", "--sse", "http://own:8080/sse"]);
    assert.deepEqual([old.networkMode, old.labels["dind-mcp.transport"]], ["mcp-echo", "sse"]);
    const loopback = { type: "streamable-http", port: 8_080, listen: "loopback", command: ["/serve"] };
    const relayed = containerSpec(manifest({ transport: loopback }), options);
    assert.deepEqual(relayed.command, ["run", "--relay", "8080", "--", "/serve"]);
  });

  it("of the image's own entry point: Docker starts its init before it, and that is mcp-init", () => {
    const secrets = [{ name: "key", env: "API_KEY" }];
    const bare = containerSpec(manifest({ transport: { type: "streamable-http", port: 80 }, secrets }), options);
    assert.deepEqual([bare.entrypoint, bare.command, bare.init], [undefined, undefined, true]);
    assert.deepEqual(bare.env, { HOME: "/tmp", MCP_INIT: "run --variable API_KEY=/run/secrets/key" });
    assert.deepEqual(
      bare.mounts
        .filter(({ source }) => source.endsWith("/mcp-init"))
        .map(({ target, readOnly }) => [target, readOnly]),
      [
        ["/.mcp/init", true],
        ["/sbin/docker-init", true],
      ],
    );
  });

  it("of the image's own entry point, for stdio: a session is one of it, with the manifest's arguments", () => {
    const plain = containerSpec(manifest({ transport: { type: "stdio" } }), options);
    assert.deepEqual([plain.entrypoint, plain.command, plain.init], [undefined, undefined, true]);
    assert.equal(plain.env.MCP_INIT, "serve --socket /run/mcp/session.sock --max-sessions 8 --grace-ms 2000");
    assert.deepEqual([plain.stopSignal, plain.stopTimeout], ["SIGTERM", 5]);
    const more = containerSpec(manifest({ transport: { type: "stdio", arguments: ["--read-only"] } }), options);
    assert.deepEqual([more.entrypoint, more.command], [undefined, ["--read-only"]]);
  });

  it("has the room in memory that the manifest says", () => {
    const spec = containerSpec(
      manifest({ scratch: { size: "128m", exec: true }, sharedMemory: "32m", cacheDir: "/app/.cache" }),
      options,
    );
    assert.equal(spec.sharedMemory, 32 * 2 ** 20);
    assert.deepEqual(spec.tmpfs, {
      "/tmp": "rw,nosuid,nodev,exec,mode=1777,size=128m",
      "/app/.cache": "rw,nosuid,nodev,exec,mode=0700,uid=11000,gid=11000,size=128m",
    });
    assert.deepEqual(spec.env, { HOME: "/tmp", XDG_CACHE_HOME: "/app/.cache" });
  });

  it("names the variables that mcp-init fills, and their files; the container's environment has none of them", () => {
    const secrets = [
      { name: "key", env: "API_KEY" },
      { name: "more", env: "MORE", file: "/run/secrets/m", required: false },
      { name: "file" },
    ];
    const spec = containerSpec(manifest({ secrets }), options);
    assert.deepEqual(spec.command?.slice(7), [
      ...["--variable", "API_KEY=/run/secrets/key", "--optional-variable", "MORE=/run/secrets/m"],
      ...["--", "/echo"],
    ]);
    assert.deepEqual(spec.env, { HOME: "/tmp" });
  });

  it("with secrets, workspace, folders of the host, egress and database", () => {
    const spec = containerSpec(
      manifest({
        secrets: [{ name: "key" }],
        mounts: [
          { volume: "workspace", path: "/data", readOnly: false },
          { folder: "code", path: "/projects/code", readOnly: false },
          { folder: "docs", path: "/docs" },
        ],
        egress: ["api.example.com:443", "mail.example.com:587"],
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
      { type: "bind", source: "/run/dind-mcp-folders/echo/code", target: "/projects/code", readOnly: false },
      { type: "bind", source: "/run/dind-mcp-folders/echo/docs", target: "/docs", readOnly: true },
    ]);
    assert.deepEqual(spec.volumes[1], { name: "mcp-echo-secrets", driver: "local", options: {} });
    assert.deepEqual(
      spec.secretFiles.map(({ file }) => file),
      ["/run/secrets/key", "/run/secrets/dsn"],
    );
    assert.deepEqual(spec.groups, ["20001"]);
    assert.deepEqual(spec.hosts, { "mail.example.com": "10.214.6.78" });
    assert.deepEqual(spec.env, {
      HOME: "/home",
      ...proxyEnvironment({ A: "b" }),
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

  it("leads all names to the proxy when programs ignore its variables", () => {
    const egress = ["api.example.com:443", "*.example.org:443"];
    const { hosts, dns } = containerSpec(manifest({ egress, transparentEgress: true }), options);
    assert.deepEqual([hosts, dns], [{ "api.example.com": "10.214.6.78" }, ["10.214.6.78"]]);
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
