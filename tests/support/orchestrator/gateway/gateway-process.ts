import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import type { ServerAddress } from "../../../../orchestrator/servers/server-info";
import type { ConfigChanges } from "../../config/orchestrator-config";
import type { ManifestChanges } from "./gateway-manifest";

/** What the gateway in a child begins with. */
export interface ChildOptions {
  servers: Record<string, [ServerAddress, ManifestChanges]>;
  config?: ConfigChanges;
}

/** Node's options for the orchestrator, as the image has them. */
const NODE_OPTIONS = /"--max-[a-z-]+=\d+"/g;
const DOCKERFILE = join(__dirname, "../../../../images/orchestrator/Dockerfile");

/** The gateway in a process of its own, with the heap that the image gives it. */
export class GatewayProcess {
  static #folder: string | undefined;
  /** What it wrote on stderr. */
  errors = "";

  private constructor(
    readonly child: ChildProcess,
    /** http://127.0.0.1:PORT */
    readonly url: string,
  ) {
    child.stderr?.on("data", (chunk) => {
      this.errors = (this.errors + chunk).slice(-4_000);
    });
  }

  static async start(options: ChildOptions): Promise<GatewayProcess> {
    GatewayProcess.#folder ??= built();
    const folder = GatewayProcess.#folder;
    const flags = (readFileSync(DOCKERFILE, "utf8").match(NODE_OPTIONS) ?? []).map((flag) => flag.slice(1, -1));
    const child = spawn(process.execPath, [...flags, join(folder, "child.js"), JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: folder }, // who is killed removes nothing
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const said: Buffer[] = [];
    const listen = (chunk: Buffer): void => void said.push(chunk);
    child.stderr?.on("data", listen);
    const url = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("close", (code) =>
        reject(new Error(`the gateway ended with code ${code} before it listened: ${Buffer.concat(said)}`)),
      );
    });
    child.stderr?.off("data", listen);
    return new GatewayProcess(child, url);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Bytes in memory. */
  get memory(): number {
    const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await exited;
  }
}

/** Bundled once, into a folder that is removed at the end. */
function built(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-gateway-child-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const entry = join(__dirname, "gateway-child.ts");
  buildSync({
    entryPoints: [entry],
    outfile: join(folder, "child.js"),
    bundle: true,
    platform: "node",
    logLevel: "error",
  });
  return folder;
}
