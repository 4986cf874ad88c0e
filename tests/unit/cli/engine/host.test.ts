import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { existingEngine, isOurs, startContainer } from "../../../../cli/engine/host";
import { ExitCode } from "../../../../cli/errors";
import { parseSettings } from "../../../../config/parse-settings";
import { dockerAt } from "../../../../lib/docker-client";
import { Label } from "../../../../manifest/container/labels";

/** What Docker says, by container. */
const REFUSALS: Record<string, string> = {
  port: "driver failed programming external connectivity on endpoint engine (571d): Error starting userland proxy: listen tcp4 127.0.0.1:18080: bind: address already in use",
  other: "no space left on device",
};

/** Ports that nobody has: those of a stack that may run here are not looked at. */
const FREE = { dockerTlsPort: "2", metricsPort: "3", dockerPort: "4", pagePort: "5" };

describe("the engine container", () => {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-engine-"));
  const socket = join(folder, "docker.sock");
  const stack = process.env.PULUMI_STACK;
  let engine: Server;
  let labels: Record<string, string> | undefined = {};

  before(async () => {
    process.env.PULUMI_STACK = "one";
    engine = createServer((request, response) => {
      const [, refusal = ""] = /^\/containers\/(\w+)\/start$/.exec(request.url ?? "") ?? [];
      if (refusal) {
        response.writeHead(refusal === "runs" ? 304 : 500, { "content-type": "application/json" });
        return response.end(refusal === "runs" ? "" : JSON.stringify({ message: REFUSALS[refusal] }));
      }
      const found = request.url === "/containers/engine/json";
      response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(found ? { Id: "1", Config: { Labels: labels } } : { message: "no such container" }));
    }).listen(socket);
    await new Promise((resolve) => engine.once("listening", resolve));
  });
  after(() => {
    engine.close();
    rmSync(folder, { recursive: true });
    if (stack === undefined) delete process.env.PULUMI_STACK;
    else process.env.PULUMI_STACK = stack;
  });
  const ask = (name: string) => existingEngine(dockerAt(`unix://${socket}`), name);

  it("is the stack's own: one that only has its name is never stopped, started or read", async () => {
    const foreign: (typeof labels)[] = [undefined, {}, { [Label.Stack]: "dind-mcp/two" }];
    for (const others of foreign) {
      labels = others;
      await assert.rejects(ask("engine"), {
        code: ExitCode.NotFound,
        message: "the container engine is somebody else's, not the engine of dind-mcp/one",
      });
    }
    labels = { [Label.Stack]: "dind-mcp/one" };
    assert.ok(isOurs(await ask("engine")));
    await assert.rejects(ask("none"), { code: ExitCode.NotFound, message: "there is no engine container none" });
  });

  it("says what is in the way when it does not start", async () => {
    const taken = createTcpServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const settings = (apiPort: number) => parseSettings({ apiPort: `${apiPort}`, ...FREE }, [], "test");
    const start = (id: string, of = settings(1)) => startContainer(dockerAt(`unix://${socket}`), id, "engine", of);
    await start("runs"); // somebody else was faster
    await assert.rejects(start("port"), {
      message: "engine does not start: another program has 127.0.0.1:18080",
      fix: /`ss -ltnp` names it/,
    });
    await assert.rejects(
      start("port", settings(port)).finally(() => taken.close()),
      {
        message: new RegExp(
          `^engine does not start:\n {2}- this machine: port 127\\.0\\.0\\.1:${port}: .*set dind-mcp:apiPort`,
        ),
      },
    );
    await assert.rejects(start("other"), { message: /^engine does not start: .*no space left on device$/ });
  });
});
