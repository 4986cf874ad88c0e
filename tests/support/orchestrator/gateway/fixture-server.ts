import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, copyFileSync, linkSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleFixture } from "../../../fixtures/conformance/bundle";

let built: string | undefined;

/**
 * The command line of the conformance fixture over stdio, for any user: it is bundled once, beside a Node that others
 * than root can run. Options of the fixture follow: `--era legacy|modern|both`.
 *
 *     const init = await Init.start({ build: "mcp-init", command: fixtureCommand(), processes: 5000 });
 *
 * A session is a Node process with about ten threads, which count as processes.
 */
export function fixtureCommand(...options: string[]): string[] {
  const folder = buildFixture();
  return [join(folder, "node"), join(folder, "fixture.js"), ...options];
}

/** Bundles the fixture once, and gives the folder. */
export function buildFixture(): string {
  if (built) return built;
  built = mkdtempSync(join(tmpdir(), "mcp-fixture-"));
  chmodSync(built, 0o755);
  bundleFixture(join(built, "fixture.js"));
  chmodSync(join(built, "fixture.js"), 0o644);
  try {
    linkSync(process.execPath, join(built, "node"));
  } catch {
    copyFileSync(process.execPath, join(built, "node")); // another file system
  }
  return built;
}

/** Removes what buildFixture made. */
export function removeFixture(): void {
  if (built) rmSync(built, { recursive: true, force: true });
  built = undefined;
}

/** The fixture over Streamable HTTP, on a free port of 127.0.0.1. */
export class HttpFixture {
  private constructor(
    readonly url: string,
    readonly process: ChildProcess,
  ) {}

  static async start(...options: string[]): Promise<HttpFixture> {
    const [program = "", ...args] = fixtureCommand(...options, "--http", "0");
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const url = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the fixture ended with code ${code} before it listened`)));
    });
    return new HttpFixture(url, child);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await exited;
  }
}
