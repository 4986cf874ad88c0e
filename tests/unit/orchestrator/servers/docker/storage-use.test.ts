import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../../../../orchestrator/log";
import { parseStorageUse, StorageUse } from "../../../../../orchestrator/servers/docker/storage-use";
import type { ServerInfo } from "../../../../../orchestrator/servers/server-info";
import { manifest } from "../../../../support/manifest/documents";

describe("what servers' storage holds", () => {
  let folder: string;
  let servers: ServerInfo[];
  let warned: object[];
  let use: StorageUse;
  const measures = (...lines: string[]) => writeFileSync(join(folder, "storage"), `${lines.join("\n")}\n`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-storage-"));
    warned = [];
    const storage = [{ name: "data", path: "/data", size: "1m" }];
    servers = [{ name: "echo", managedBy: "pulumi", manifest: manifest({ storage, home: true }) } as ServerInfo];
    const log = { warn: (facts: object) => void warned.push(facts) } as unknown as Log;
    use = new StorageUse(join(folder, "storage"), () => servers, log);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what the engine measured; other lines are nothing", () => {
    const text =
      "4 11000 pulumi/a.b\n8 11001 api/c-d.e_f\n\n 1 2 x/y.z\n4 x pulumi/a.b\n4 1 pulumi/lost+found\nrubbish";
    assert.deepEqual(parseStorageUse(text), [
      { owner: "pulumi", server: "a", storage: "b", uid: 11_000, bytes: 4_096 },
      { owner: "api", server: "c-d", storage: "e_f", uid: 11_001, bytes: 8_192 },
    ]);
  });

  it("is told of a server with its size; nothing is known before the first measure, or without the file", async () => {
    const none = [
      { name: "data", path: "/data", size: 2 ** 20 },
      { name: "home", path: "/home/mcp", size: 2 ** 30 },
    ];
    await use.look();
    assert.deepEqual(use.of(servers[0] as ServerInfo), none);
    measures("4 11000 pulumi/echo.data", "8 14995 api/echo.home");
    await use.look();
    assert.deepEqual(use.of(servers[0] as ServerInfo), [{ ...none[0], used: 4_096 }, none[1]]);
    rmSync(join(folder, "storage"));
    await use.look();
    assert.equal(use.of(servers[0] as ServerInfo)[0]?.used, 4_096, "the last measure stays");
    writeFileSync(join(folder, "storage"), ""); // afterEach removes the folder
  });

  it("of a shared service is somebody's as long as a server uses it", async () => {
    measures("4 11900 pulumi/shared.redis.data", "4 11901 pulumi/shared.other.data");
    servers = [{ name: "echo", managedBy: "pulumi", manifest: manifest({ uses: ["redis"] }) } as ServerInfo];
    const lost = () => use.list().map(({ storage, lostSince }) => [storage, lostSince !== undefined]);
    await use.look();
    assert.deepEqual(lost(), [
      ["redis.data", false],
      ["other.data", true],
    ]);
    servers = [];
    await use.look();
    assert.deepEqual(lost()[0], ["redis.data", true]);
  });

  it("of companions is among their server's, under both names", async () => {
    const services = [
      {
        name: "db",
        image: "db:1",
        user: 11_001,
        health: { port: 1 },
        storage: [{ name: "d", path: "/d", size: "1m" }],
      },
    ];
    servers = [{ name: "echo", managedBy: "pulumi", manifest: manifest({ services }) } as ServerInfo];
    measures("4 11001 pulumi/echo.db.d", "4 11001 pulumi/echo.gone.d");
    await use.look();
    assert.deepEqual(use.of(servers[0] as ServerInfo), [{ name: "db.d", path: "/d", size: 2 ** 20, used: 4_096 }]);
    assert.deepEqual(
      use.list().map(({ storage, lostSince }) => [storage, lostSince !== undefined]),
      [
        ["db.d", false],
        ["gone.d", true],
      ],
    );
  });

  it("is warned of once when it is more than the size, and again when it was less in between", async () => {
    for (const kib of [1_025, 2_000, 1_024, 1_025]) {
      measures(`${kib} 11000 pulumi/echo.data`);
      await use.look();
    }
    const one = { server: "echo", storage: "data", size: 2 ** 20, used: 1_025 * 1_024 };
    assert.deepEqual(warned, [one, one]);
  });

  it("is without a server since the first look that found it so", async () => {
    measures("4 11000 pulumi/echo.data", "4 11000 pulumi/echo.old", "4 14995 api/echo.data");
    await use.look();
    const lost = use.list().map(({ lostSince }) => lostSince !== undefined);
    assert.deepEqual(lost, [false, true, true]);
    const first = use.list()[1]?.lostSince;
    servers = [];
    await use.look();
    assert.equal(use.list()[1]?.lostSince, first);
    assert.notEqual(use.list()[0]?.lostSince, undefined);
  });
});
