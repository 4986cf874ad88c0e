import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Answers of a host engine where nothing stands in the way, in the words of Docker's API. */
export const READY: Record<string, unknown> = {
  "/info": { OSType: "linux", CgroupVersion: "2", MemoryLimit: true, CpuCfsQuota: true, PidsLimit: true, NCPU: 8 },
  "/version": { Version: "26.1.5", ApiVersion: "1.45" },
  "/networks": [{ Name: "bridge", IPAM: { Config: [{ Subnet: "172.17.0.0/16" }] } }],
  "/containers/json": [],
  "/volumes": { Volumes: null },
};

/**
 * A server that speaks as much of Docker's API, on a socket of its own, as the program asks before it declares anything.
 * @param answers by path; what is left out is as in READY
 */
export async function fakeHostEngine(answers: Record<string, unknown> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  const path = join(folder, "docker.sock");
  const server: Server = createServer((request, response) => {
    const answer = { ...READY, ...answers }[(request.url ?? "").split("?")[0] ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify(answer ?? { message: "not here" }));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  };
  return { endpoint: `unix://${path}`, close };
}
