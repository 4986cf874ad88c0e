import { existsSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cached, pip } from "../clients/install";
import { must } from "../fleet/command";

const ROOT = join(__dirname, "../../..");
const CACHE = join(process.env.DIND_MCP_CACHE ?? join(homedir(), ".cache/dind-mcp"), "proxies");

/** A program, and what it needs in its environment. */
export interface Installed {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** A program of Debian's, unpacked once into the cache: installing it would start its service. */
export async function debian(name: string, libraries: string[] = []): Promise<Installed> {
  const folder = join(CACHE, name);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const scratch = mkdtempSync(join(CACHE, `${name}.`));
    const script = '. "$1/toolchain/lib.sh"; at=$2; shift 2; for one; do unpack "$one" "$at"; done';
    await must("bash", ["-ec", script, "unpack", ROOT, scratch, name, ...libraries]);
    renameSync(scratch, folder); // in one step: a killed run leaves nothing that looks whole
  }
  const path = ["usr/sbin", "usr/bin"].map((bin) => join(folder, bin, name)).find((one) => existsSync(one));
  if (!path) throw new Error(`${folder}: got no program ${name}`);
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  return { path, env: { ...process.env, LD_LIBRARY_PATH: join(folder, `usr/lib/${arch}-linux-gnu`) } };
}

/** A program out of a Python package, in an environment of its name. */
export function python(program: string, requirement: string): Installed {
  pip(program, requirement);
  return { path: cached(program, "bin", program), env: process.env };
}
