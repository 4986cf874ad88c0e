import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import type { Contender } from "./contender";
import { Connection } from "./mcp-http";

/** The peers, exactly these: figures of other versions are other figures. */
export const PEERS = { supergateway: "4.0.0", "mcp-proxy": "6.7.19" } as const;

/** The server that answers by itself. */
export const BARE = "bare Node HTTP";

const running: ChildProcess[] = [];

/** The bench's own programs, compiled. */
export interface Programs {
  echo: string;
  load: string;
  bare: string;
  inspect: string;
}

/** Compiles them into a folder. */
export function build(folder: string): Programs {
  const echo = join(folder, "echo");
  execFileSync("gcc", ["-static", "-O2", "-Wall", "-Wextra", "-o", echo, join(__dirname, "echo.c")], {
    stdio: "inherit",
  });
  buildSync({
    entryPoints: ["load.ts", "bare.ts", "inspect.ts"].map((file) => join(__dirname, file)),
    outdir: folder,
    bundle: true,
    platform: "node",
    target: "node24",
    logLevel: "error",
  });
  const at = (name: string) => join(folder, `${name}.js`);
  return { echo, load: at("load"), bare: at("bare"), inspect: at("inspect") };
}

/** Installs the peers where they are kept from run to run. No script of theirs runs at installation. */
function installPeers(): string {
  const folder = join(process.env.DIND_MCP_CACHE ?? join(homedir(), ".cache/dind-mcp"), "bench-gateway");
  mkdirSync(folder, { recursive: true });
  const wanted = JSON.stringify({ private: true, dependencies: PEERS });
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest) || !existsSync(join(folder, "installed"))) {
    writeFileSync(manifest, wanted);
    const flags = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    execFileSync("npm", ["install", ...flags], { stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(join(folder, "installed"), wanted);
  }
  return join(folder, "node_modules");
}

/** Starts the peers with the echo server as a local process, in no container. */
export async function startPeers(echo: string): Promise<Contender[]> {
  const modules = installPeers();
  const supergateway = await freePort();
  const mcpProxy = await freePort();
  return [
    await started(
      "supergateway",
      `http://127.0.0.1:${supergateway}/mcp`,
      launch(join(modules, "supergateway/dist/index.js"), [
        ...["--stdio", echo, "--outputTransport", "streamableHttp", "--stateful"],
        ...["--port", String(supergateway), "--logLevel", "none"],
      ]),
    ),
    await started(
      "mcp-proxy",
      `http://127.0.0.1:${mcpProxy}/mcp`,
      launch(join(modules, "mcp-proxy/dist/bin/mcp-proxy.mjs"), [
        ...["--host", "127.0.0.1", "--port", String(mcpProxy), "--server", "stream", "--", echo],
      ]),
    ),
  ];
}

/** Starts the bare HTTP server. */
export async function startBare(program: string): Promise<Contender> {
  const child = launch(program, []);
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const url = await new Promise<string>((resolve) => lines.once("line", resolve));
  return started(BARE, url, child);
}

/** Ends all of them, with all they started: supergateway leaves its servers behind otherwise. */
export function stopAll(): void {
  for (const { pid } of running.splice(0)) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {} // it ended by itself
  }
}

function launch(program: string, args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true, // a process group of its own, so that all of it can be ended
    env: { ...process.env, NODE_ENV: "production" },
  });
  child.stdout?.resume();
  running.push(child);
  return child;
}

/** Waits until it answers. */
async function started(name: string, url: string, { pid }: ChildProcess): Promise<Contender> {
  const target = { url };
  for (let attempt = 0; ; attempt++) {
    const connection = new Connection(target, 1);
    try {
      await connection.end(await connection.open());
      return { name, target, pid };
    } catch (error) {
      if (attempt === 100) throw new Error(`${name} does not answer: ${error}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      connection.close();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("port"))));
    });
  });
}
