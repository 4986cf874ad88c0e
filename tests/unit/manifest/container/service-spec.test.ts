import assert from "node:assert/strict";
import { containerSpec, serverNetwork } from "../../../../manifest/container/container-spec";
import type { ContainerSpec } from "../../../../manifest/container/container-types";
import { Label, ownLabels } from "../../../../manifest/container/labels";
import { serviceSpec, sharedSpec, withoutEgress } from "../../../../manifest/container/service-spec";
import { serviceAddress } from "../../../../manifest/container/subnets";
import { parseSharedService } from "../../../../manifest/shared-service";
import { manifest } from "../../../support/manifest/documents";

const options = { image: "sha256:abc", stack: "dind-mcp/dev" };
const REDIS = { name: "redis", image: "redis:8", user: 11_001, health: { port: 6_379 } };

/** The container of the last of a server's companions. */
function specOf(service: Record<string, unknown>, more: Record<string, unknown> = {}): ContainerSpec {
  const one = manifest({ ...more, services: [REDIS, { ...REDIS, name: "db", user: 11_002, ...service }] });
  return serviceSpec(one, one.services[1] as never, options);
}

describe("specification of a companion", () => {
  it("has a server's walls, and an address of its own in the server's network, under its name", () => {
    const one = manifest({ services: [REDIS] });
    const server = containerSpec(one, options);
    const spec = serviceSpec(one, one.services[0] as never, options);
    const walls: (keyof ContainerSpec)[] = [
      ...(["readOnly", "capDrop", "securityOptions", "ulimits", "memory", "memorySwap", "cpus", "tmpfs"] as const),
      ...(["sharedMemory", "logDriver", "logOptions", "restart", "groups"] as const),
    ];
    for (const wall of walls) assert.deepEqual(spec[wall], server[wall], wall);
    assert.deepEqual(
      { name: spec.name, hostname: spec.hostname, user: spec.user, env: spec.env },
      { name: "mcp-echo.redis", hostname: "redis", user: "11001:11001", env: { HOME: "/tmp", MCP_INIT: "run" } },
    );
    const network = serverNetwork(one)?.name;
    assert.equal(spec.networkMode, "bridge");
    assert.deepEqual(spec.addresses, [{ network, ip: "10.214.6.77", alias: "redis" }]);
    assert.deepEqual(specOf({}).addresses, [{ network, ip: "10.214.6.76", alias: "db" }]);
    // No manifest: it is no server, whatever its image's labels say.
    assert.deepEqual(ownLabels(spec.labels, {}), {
      [Label.Companion]: "redis",
      [Label.ManagedBy]: "pulumi",
      [Label.Role]: "companion",
      [Label.Server]: "echo",
      [Label.Stack]: "dind-mcp/dev",
    });
  });

  it("runs its image's own entry point, or a command, under mcp-init, which hands it its secrets", () => {
    const secrets = [{ name: "password", env: "PASSWORD" }];
    const image = specOf({ arguments: ["--port", "1"], secrets });
    assert.deepEqual([image.init, image.entrypoint, image.command], [true, undefined, ["--port", "1"]]);
    assert.equal(image.env.MCP_INIT, "run --variable PASSWORD=/run/secrets/password");
    assert.deepEqual(image.mounts.at(-1), {
      type: "volume",
      source: "mcp-echo.db-secrets",
      target: "/run/secrets",
      readOnly: true,
    });
    const command = specOf({ command: ["mongod", "--quiet"] });
    assert.deepEqual([command.init, command.entrypoint], [false, ["/.mcp/init"]]);
    assert.deepEqual(command.command, ["run", "--", "mongod", "--quiet"]);
    assert.deepEqual([command.stopSignal, command.stopTimeout], [undefined, 30]);
  });

  it("keeps what it keeps in folders of its own, and writes elsewhere in memory only", () => {
    const storage = [{ name: "data", path: "/var/lib/db", size: "2g" }];
    const spec = specOf({ storage, tmpfs: ["/run/db"] });
    assert.ok(
      spec.mounts.some(
        ({ source, target }) => `${source} ${target}` === "/srv/mcp/storage/pulumi/echo.db.data /var/lib/db",
      ),
    );
    assert.equal(spec.tmpfs["/run/db"], "rw,nosuid,nodev,noexec,mode=0700,uid=11002,gid=11002,size=64m");
    assert.ok(spec.ulimits.some(({ name, hard }) => name === "fsize" && hard === 2 * 2 ** 30));
  });

  it("is asked for its health by a command, or by a connection to its port", () => {
    assert.deepEqual(specOf({}).healthcheck.tests, [
      ...["CMD", "/.mcp/init", "check", "--port", "6379", "--timeout-ms", "5000"],
    ]);
    const health = { command: ["pg_isready"], startPeriod: "2m" };
    const { tests, startPeriod } = specOf({ health }).healthcheck;
    assert.deepEqual([tests, startPeriod], [["CMD", "pg_isready"], "2m0s"]);
  });

  it("has a way out only when it says so; servers and companions reach each other past the proxy", () => {
    const more = { egress: ["api.example.com:443", "mail.example.com:587"] };
    const [without, its] = [specOf({}, more), specOf({ egress: true }, more)];
    assert.deepEqual([without.env.HTTPS_PROXY, without.hosts], [undefined, {}]);
    assert.match(its.env.HTTPS_PROXY ?? "", /^http:/);
    assert.deepEqual(Object.keys(its.hosts), ["mail.example.com"]);
    const one = manifest({ ...more, services: [REDIS, { ...REDIS, name: "db", user: 11_002, egress: true }] });
    const { env } = containerSpec(one, options);
    assert.equal(env.NO_PROXY, "localhost,127.0.0.1,egress,redis,db");
    assert.match(env.JAVA_TOOL_OPTIONS ?? "", /nonProxyHosts=localhost\|127\.0\.0\.1\|egress\|redis\|db$/);
    assert.deepEqual(withoutEgress(one), ["10.214.6.77"]);
    const transparent = { ...more, transparentEgress: true };
    assert.deepEqual(
      [specOf({}, transparent), specOf({ egress: true }, transparent)].map(({ dns, hosts }) => [dns, hosts]),
      [
        [[], {}],
        [["10.214.6.78"], { "api.example.com": "10.214.6.78", "mail.example.com": "10.214.6.78" }],
      ],
    );
  });
});

describe("specification of a shared service", () => {
  const SERVICE = { ...REDIS, user: 11_900, description: "For several", storage: [{ name: "data", path: "/data" }] };
  const { service } = parseSharedService(SERVICE, "f");
  assert.ok(service);
  const users = [
    manifest({ name: "a", user: 11_010, uses: ["redis"] }),
    manifest({ name: "b", user: 11_011, uses: ["other", "redis"], services: [{ ...REDIS, name: "db" }] }),
  ];
  const spec = sharedSpec(service, users, options);

  it("has the walls of a companion, and storage that no server's folder can be", () => {
    const companion = specOf({ storage: SERVICE.storage });
    const walls: (keyof ContainerSpec)[] = [
      ...([
        "readOnly",
        "capDrop",
        "securityOptions",
        "memory",
        "memorySwap",
        "cpus",
        "ulimits",
        "networkMode",
      ] as const),
      ...(["healthcheck", "restart", "dns", "hosts"] as const),
    ];
    for (const wall of walls) assert.deepEqual(spec[wall], companion[wall], wall);
    assert.deepEqual([spec.name, spec.hostname, spec.user], ["mcp-shared.redis", "redis", "11900:11900"]);
    assert.ok(spec.mounts.some(({ source }) => source === "/srv/mcp/storage/pulumi/shared.redis.data"));
    assert.deepEqual(ownLabels(spec.labels, {}), {
      [Label.Companion]: "redis",
      [Label.ManagedBy]: "pulumi",
      [Label.Role]: "shared-service",
      [Label.Stack]: "dind-mcp/dev",
    });
  });

  it("is in the network of each server that uses it, beside the companions, and in none of its own", () => {
    assert.equal(spec.network, undefined);
    assert.deepEqual(spec.addresses, [
      { network: "mcp-a", ip: serviceAddress(11_010, 0), alias: "redis" },
      { network: "mcp-b", ip: serviceAddress(11_011, 2), alias: "redis" },
    ]);
  });

  it("may not use its users' ways out, and they reach it past the proxy", () => {
    const leaving = manifest({ user: 11_010, egress: ["example.com:443"], uses: ["redis"] });
    assert.deepEqual(withoutEgress(leaving), [serviceAddress(11_010, 0)]);
    assert.equal(containerSpec(leaving, options).env.NO_PROXY, "localhost,127.0.0.1,egress,redis");
  });
});
