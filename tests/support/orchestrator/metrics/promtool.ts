import { execFileSync, spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../../../..");

/** The real promtool; the first time it may have to be fetched. */
function path(): string {
  const { DIND_MCP_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = DIND_MCP_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "dind-mcp");
  return execFileSync("bash", [join(ROOT, "toolchain/promtool.sh"), cache], { encoding: "utf8" }).trim();
}

/** Runs promtool. @returns its exit code and all it said */
export function promtool(args: string[], input?: string): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(path(), args, { encoding: "utf8", input, cwd: ROOT });
  return { code: status, said: stdout + stderr };
}
