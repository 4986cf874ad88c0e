import { inside } from "../attacks/probe";
import type { Fleet } from "../fleet/fleet";

/** The catalog's servers, and the interpreter that the image of each has for looking around inside. */
export const LANGUAGE = { postgres: "node", files: "node", http: "python" } as const;
export type ServerName = keyof typeof LANGUAGE;
export const SERVERS = Object.keys(LANGUAGE) as ServerName[];

const NODE = `
const { readdirSync, readFileSync } = require("node:fs");
const parent = (pid) => { try { return readFileSync("/proc/" + pid + "/stat", "utf8").split(") ")[1].split(" ")[1]; } catch {} };
console.log(readdirSync("/proc").filter((pid) => Number(pid) > 1 && parent(pid) === "1").join(" "));`;

const PYTHON = `
import os
def parent(pid):
    try:
        return open(f"/proc/{pid}/stat").read().split(") ")[1].split(" ")[1]
    except OSError:
        return None
print(*[pid for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == "1"])`;

/** Process ids of a server's sessions, the health check's among them, as the container counts them. */
export async function sessions(fleet: Fleet, server: ServerName): Promise<number[]> {
  const language = LANGUAGE[server];
  const ids = await inside(fleet, `mcp-${server}`, language, language === "node" ? NODE : PYTHON);
  return ids.split(" ").filter(Boolean).map(Number);
}
