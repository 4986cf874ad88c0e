import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { CliError, ExitCode } from "../errors";

/** Milliseconds that a browser gets to read the file that leads it to the page. */
const READ_MS = 10_000;

/** True where a browser has a screen to open on. */
export function hasScreen(platform = process.platform, env = process.env): boolean {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Opens a link. The browser gets a file of the user's own that leads there: every user of the machine can read a
 * program's arguments. The file is gone afterwards.
 * @throws CliError when no browser can be started
 */
export async function openInBrowser(url: string, opener = process.platform === "darwin" ? "open" : "xdg-open") {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-ui-")); // 0700
  try {
    const file = join(folder, "page.html");
    const markup = `<!doctype html><meta http-equiv="refresh" content="0; url=${encodeURI(url)}"><title>dind-mcp</title>\n`;
    writeFileSync(file, markup, { mode: 0o600 });
    await started(opener, pathToFileURL(file).href);
    await after(READ_MS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function started(opener: string, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      const fix = "bin/dind-mcp ui --print prints the link";
      reject(new CliError(`no browser was opened: ${opener}: ${why}`, ExitCode.Failed, fix));
    };
    spawn(opener, [address], { stdio: "ignore" })
      .once("error", ({ message }) => fail(message))
      .once("exit", (code) => (code === 0 ? resolve() : fail(`exit code ${code}`)));
  });
}
