import type { ServerName } from "../clients/sessions";

const GIB = 1024 ** 3;

/** What the rules and the manifests make of each server's container; written out, so that a changed rule shows up here. */
interface Facts {
  uid: number;
  groups: number[];
  network: string;
  mounts: string[];
  hostConfig: Record<string, unknown>;
}

function facts(
  uid: number,
  memory: number,
  processes: number,
  more: Pick<Facts, "network" | "mounts" | "groups">,
): Facts {
  return {
    uid,
    ...more,
    mounts: ["/.mcp/init ro", "/run/mcp rw", ...more.mounts].sort(),
    hostConfig: {
      Privileged: false,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: 1_000_000_000,
      Ulimits: { core: [0, 0], nofile: [8_192, 8_192], nproc: [processes, processes] },
      LogConfig: { Type: "json-file", Config: { "max-file": "2", "max-size": "5m" } },
      RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
      Tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=64m" },
      NetworkMode: more.network,
      PidMode: "",
      IpcMode: "private",
      UTSMode: "",
      CgroupnsMode: "private",
      PortBindings: null,
      Devices: null,
    },
  };
}

export const FACTS: Record<ServerName, Facts> = {
  postgres: facts(11_000, GIB / 2, 128, { groups: [11_000], network: "mcp-postgres", mounts: ["/run/secrets ro"] }),
  files: facts(11_001, 0.375 * GIB, 128, { groups: [11_001, 20_001], network: "none", mounts: ["/workspace rw"] }),
  http: facts(11_002, 0.625 * GIB, 64, { groups: [11_002], network: "mcp-http", mounts: [] }),
};

/** What a container is, seen from inside: the program prints it as JSON. One for each interpreter, the same answers. */
export interface Inside {
  /** Fields of /proc/self/status. */
  status: Record<string, string>;
  uid: number;
  groups: number[];
  /** Whether a file could be made there. */
  writable: Record<string, boolean>;
  /** Which of the paths in question exist. */
  exist: Record<string, boolean>;
  /** Interfaces, the loopback among them. */
  interfaces: string[];
  mounts: { path: string; options: string[] }[];
  /** What is in /run/mcp. */
  sockets: string[];
}

const QUESTIONS = {
  writable: ["/", "/app", "/etc", "/usr/bin", "/.mcp", "/run", "/run/secrets", "/var", "/tmp", "/run/mcp"],
  exist: [
    ...[
      "/var/run/docker.sock",
      "/run/docker.sock",
      "/run/containerd/containerd.sock",
      "/run/dind-mcp-api",
      "/certs",
      "/srv/mcp/postgres",
    ],
    ...["/srv/mcp/orchestrator", "/var/lib/docker/volumes", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/vda"],
  ],
};

const NODE = `
const fs = require("node:fs");
const questions = ${JSON.stringify(QUESTIONS)};
const read = (path) => fs.readFileSync(path, "utf8");
const status = Object.fromEntries(read("/proc/self/status").trim().split("\\n").map((line) => line.split(/:\\s*/)));
const writable = (folder) => {
  const file = folder + "/.dind-mcp-test";
  try { fs.writeFileSync(file, ""); fs.rmSync(file); return true; } catch { return false; }
};
const all = (paths, ask) => Object.fromEntries(paths.map((path) => [path, ask(path)]));
console.log(JSON.stringify({
  status, uid: process.getuid(), groups: process.getgroups(),
  writable: all(questions.writable, writable),
  exist: all(questions.exist, (path) => fs.existsSync(path)),
  interfaces: fs.readdirSync("/sys/class/net"),
  mounts: read("/proc/self/mounts").trim().split("\\n").map((line) => line.split(" ")).map((parts) => ({ path: parts[1], options: parts[3].split(",") })),
  sockets: fs.readdirSync("/run/mcp"),
}));`;

const PYTHON = `
import json, os
questions = json.loads('''${JSON.stringify(QUESTIONS)}''')
read = lambda path: open(path).read()
def writable(folder):
    file = folder + "/.dind-mcp-test"
    try:
        open(file, "w").close()
        os.remove(file)
        return True
    except OSError:
        return False
mounts = [line.split(" ") for line in read("/proc/self/mounts").splitlines()]
print(json.dumps({
    "status": {line.split(":", 1)[0]: line.split(":", 1)[1].strip() for line in read("/proc/self/status").splitlines()},
    "uid": os.getuid(), "groups": os.getgroups(),
    "writable": {path: writable(path) for path in questions["writable"]},
    "exist": {path: os.path.exists(path) for path in questions["exist"]},
    "interfaces": os.listdir("/sys/class/net"),
    "mounts": [{"path": parts[1], "options": parts[3].split(",")} for parts in mounts],
    "sockets": os.listdir("/run/mcp"),
}))`;

export const LOOK_AROUND = { node: NODE, python: PYTHON } as const;
