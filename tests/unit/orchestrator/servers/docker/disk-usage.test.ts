import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";
import { diskUsage } from "../../../../../orchestrator/servers/docker/disk-usage";
import { diskOf } from "../../../../../orchestrator/servers/docker/engine-info";

const containers = [{ Id: "c1", SizeRw: 3 }];
const volumes = [{ Name: "v1", Labels: { a: "b" }, CreatedAt: "2026-11-23T00:00:00Z", UsageData: { Size: 20 } }];
const cache = [
  { Size: 5, Shared: false },
  { Size: 7, Shared: true },
];
const legacy = { LayersSize: 100, Images: [], Containers: containers, Volumes: volumes, BuildCache: cache };
const usage = <Item>(TotalSize: number, Items: Item[]) => ({ ActiveCount: 1, TotalCount: 1, TotalSize, Items });
const modern = {
  ImageUsage: usage(100, []),
  ContainerUsage: usage(3, containers),
  VolumeUsage: usage(20, volumes),
  BuildCacheUsage: usage(12, cache),
};
/** What 1.53 and newer say of a kind without `verbose`: how much, and of how many. */
const brief = Object.fromEntries(
  Object.entries(modern).map(([kind, { Items: _, ...counts }]) => [kind, counts] as const),
);

/** Answers of Docker's /system/df to a request that names no version, by what it speaks at most. */
const DAEMONS: [string, (verbose: boolean) => object][] = [
  ["1.41 to 1.51", () => legacy],
  ["1.52", (verbose) => (verbose ? modern : { ...legacy, ...brief })],
  ["1.53 and newer", (verbose) => (verbose ? modern : brief)],
];

describe("what takes which place on the engine's disk", () => {
  let server: Server;
  let answer: (verbose: boolean) => object;
  let asked: string[];
  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const { searchParams } = new URL(request.url ?? "", "http://engine");
      response.writeHead(200, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(answer(/^(1|true)$/.test(searchParams.get("verbose") ?? ""))));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
  });

  for (const [version, says] of DAEMONS) {
    it(`is told by a daemon of API ${version}: sizes, and each container and volume`, async () => {
      answer = says;
      const port = (server.address() as AddressInfo).port;
      const found = await diskUsage(new Docker({ host: "127.0.0.1", port, protocol: "http" }));
      assert.deepEqual(diskOf(found), { images: 100, containers: 3, volumes: 20, buildCache: 5 });
      assert.deepEqual([found.Containers, found.Volumes], [containers, volumes]);
      assert.match(asked.join(), /^\/system\/df\?/, "no version of the API is named");
    });
  }
});
