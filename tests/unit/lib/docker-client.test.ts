import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContainer, type EngineClient, engineClient, reasonOf } from "../../../lib/docker-client";

describe("the Docker client, of an engine that breaks off", () => {
  let folder: string;
  let engine: Server;
  let client: EngineClient;
  let answer: (response: ServerResponse) => void;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-docker-client-"));
    const socketPath = join(folder, "docker.sock");
    engine = createServer((_request, response) => answer(response)).listen(socketPath);
    await once(engine, "listening");
    client = engineClient({ socketPath });
  });
  afterEach(() => {
    client.close();
    engine.close();
    engine.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const moments: Record<string, (response: ServerResponse) => void> = {
    "before its answer": (response) => response.destroy(),
    "after the head": (response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.destroy(), 20);
    },
    "in the middle of its answer": (response) => {
      response.writeHead(200, { "Content-Length": 100 }).write("[{");
      setTimeout(() => response.destroy(), 20);
    },
    "in the middle of an error": (response) => {
      response.writeHead(500, { "Content-Length": 100 }).write("{");
      setTimeout(() => response.destroy(), 20);
    },
  };
  for (const [moment, act] of Object.entries(moments)) {
    for (const way of ["api", "streams"] as const) {
      it(`${moment}: ${way} fails, and does not wait`, async () => {
        answer = act;
        const late = new Promise((resolve) => setTimeout(resolve, 2_000, "still waits"));
        const asked = client[way].listContainers().then(() => "an answer", reasonOf);
        assert.match(String(await Promise.race([asked, late])), /hang up|broke off/);
      });
    }
  }
  it("in the middle of an error, where a stream was asked for: fails too", async () => {
    answer = moments["in the middle of an error"] as typeof answer;
    const late = new Promise((resolve) => setTimeout(resolve, 2_000, "still waits"));
    const asked = client.streams.getEvents().then(() => "an answer", reasonOf);
    assert.match(String(await Promise.race([asked, late])), /aborted|hang up|broke off/);
  });
  it("a stream that its reader leaves is no failure of anybody", async () => {
    answer = (response) => void response.writeHead(200).write("line\n");
    for await (const piece of (await client.streams.getEvents()) as AsyncIterable<Buffer>) {
      assert.equal(String(piece), "line\n");
      break;
    }
    answer = (response) => response.end("[]");
    assert.deepEqual(await client.streams.listContainers(), []);
  });
});

describe("the Docker client, of an engine that refuses old versions of its API", () => {
  it("names none, so that it speaks the engine's own: Docker 29 takes 1.44 and newer", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-test-docker-client-"));
    const asked: string[] = [];
    const engine = createServer((request, response) => {
      asked.push(request.url ?? "");
      const [, minor] = /^\/v1\.(\d+)\//.exec(request.url ?? "") ?? [];
      const old = minor !== undefined && Number(minor) < 44;
      const message = `client version 1.${minor} is too old. Minimum supported API version is 1.44`;
      response.writeHead(old ? 400 : 200, { "Content-Type": "application/json" });
      response.end(old ? JSON.stringify({ message }) : "{}");
    }).listen(join(folder, "docker.sock"));
    await once(engine, "listening");
    const client = engineClient({ socketPath: join(folder, "docker.sock") });
    try {
      for (const way of ["api", "streams"] as const) {
        await client[way].ping();
        await client[way].info();
        await client[way].listContainers({ all: true });
        await client[way].getContainer("x").inspect();
        await client[way].getContainer("x").restart({ t: 1 });
        await createContainer(client[way], { name: "x", Image: "y" });
      }
      assert.equal(asked.length, 12, asked.join(" "));
    } finally {
      client.close();
      engine.close();
      engine.closeAllConnections();
      rmSync(folder, { recursive: true });
    }
  });
});
