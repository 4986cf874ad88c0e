import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import { type Init, until } from "../../../support/mcp-init/mcp-init";
import { servers } from "../../../support/orchestrator/gateway/gateway-site";
import { closeConnections, McpClient } from "../../../support/orchestrator/gateway/mcp-client";
import { startScripted } from "../../../support/orchestrator/gateway/scripted-server";

const SESSIONS = 50;

describe("gateway: killed with -9", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-killed-"));
  let init: Init;
  let child: ChildProcess;

  before(async () => {
    const entry = join(__dirname, "../../../support/orchestrator/gateway/gateway-child.ts");
    const outfile = join(folder, "gateway-child.js");
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: "node", logLevel: "error" });
    init = await startScripted();
  });
  after(async () => {
    child?.kill("SIGKILL");
    closeConnections();
    await init?.stop();
    rmSync(folder, { recursive: true });
  });

  async function start(): Promise<string> {
    child = spawn(process.execPath, [join(folder, "gateway-child.js"), init.socket, "4"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: folder }, // who is killed removes nothing
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    return new Promise((resolve) => lines.once("line", resolve));
  }

  it(`leaves none of ${SESSIONS} sessions' processes, and the next one serves at once`, async () => {
    const url = `${await start()}/servers/one/mcp`;
    const clients = await Promise.all(Array.from({ length: SESSIONS }, () => McpClient.open(url)));
    clients[0]?.start("hang");
    await clients[1]?.listen();
    assert.match((await new McpClient(url).modernCall("pid")).result.content[0].text, /^\d+$/);
    await until(
      "sessions, one for modern calls, the warm pool",
      () => servers(init),
      (n) => n === SESSIONS + 1 + 4,
    );
    child.kill("SIGKILL");
    await init.alone(3_000);

    const client = await McpClient.open(`${await start()}/servers/one/mcp`);
    assert.match(await client.text("pid"), /^\d+$/);
    const stale = new McpClient(client.url);
    stale.session = clients[0]?.session;
    const reply = await stale.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    assert.equal(reply.status, 404, "clients of the dead one are told to begin again");
  });
});
