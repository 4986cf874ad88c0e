import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Init, type InitOptions, removeBuild } from "../../mcp-init/mcp-init";

const SOURCE = join(__dirname, "../../../fixtures/scripted/server.c");
let folder: string | undefined;

/** The command line of the scripted server (tests/fixtures/scripted/server.c says what it can), for any user; compiled once. */
export function scriptedCommand(...options: string[]): string[] {
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), "mcp-scripted-"));
    process.once("exit", removeMade);
    chmodSync(folder, 0o755);
    execFileSync("cc", ["-O2", "-static", "-Wall", "-Wextra", "-Werror", "-o", join(folder, "scripted"), SOURCE]);
  }
  return [join(folder, "scripted"), ...options];
}

/** The scripted server in a container's stead: behind mcp-init, in a PID namespace, under a uid of its own. */
export function startScripted(options: string[] = [], init: Partial<InitOptions> = {}): Promise<Init> {
  return Init.start({ build: "mcp-init", command: scriptedCommand(...options), sessions: 64, ...init });
}

/** At the end: what these tests built, mcp-init too. */
function removeMade(): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
  removeBuild();
}
