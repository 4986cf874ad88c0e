import { oneLine } from "../../lib/plain-text";
import { existingFolder } from "./folders";
import { type Flags, type GivenOption, options } from "./options";
import type { EnvFile, Start, Surroundings, Understood, WantedFolder } from "./start";

/** Options of `docker run` and `podman run` that stand alone. Every other one takes a value. */
const ALONE = [
  ...["-i", "-t", "-d", "-P", "-q", "--interactive", "--tty", "--detach", "--rm", "--init", "--quiet", "--sig-proxy"],
  ...["--privileged", "--read-only", "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--replace", "--rmi"],
  ...["--no-hosts", "--tls-verify", "--env-host", "--http-proxy", "--disable-content-trust"],
];
const ENV = ["-e", "--env"];
const VOLUME = ["-v", "--volume"];
const PORT = ["-p", "--publish", "-P", "--publish-all", "--expose"];
const NETWORK = [
  "--network",
  "--net",
  "--add-host",
  "--dns",
  "--dns-search",
  "--ip",
  "--network-alias",
  "--hostname",
  "-h",
  "--link",
];
const ROOM = [
  "-m",
  "--memory",
  "--memory-swap",
  "--cpus",
  "-c",
  "--cpu-shares",
  "--pids-limit",
  "--shm-size",
  "--tmpfs",
  "--ulimit",
];
/** What opens the machine to a container. */
const WALLS = [
  ...["--privileged", "--cap-add", "--device", "--gpus", "--pid", "--ipc", "--uts", "--userns", "--cgroupns"],
  ...["--security-opt", "--volumes-from", "--group-add", "--cgroup-parent", "--device-cgroup-rule", "--runtime"],
];
/** How a container runs here is the same for all. */
const MEANINGLESS = [
  ...["-a", "--attach", "--name", "--pull", "--restart", "--log-driver", "--log-opt", "--cidfile", "-l", "--label"],
  ...["--label-file", "--stop-signal", "--stop-timeout", "--cap-drop", "-u", "--user", "--platform", "--detach-keys"],
  ...["--health-cmd", "--health-interval", "--health-retries", "--health-timeout", "--health-start-period"],
];
const OTHERS = ["-w", "--workdir", "--entrypoint", "--env-file", "--mount"];
const FLAGS: Flags = {
  alone: ALONE,
  valued: [...ENV, ...VOLUME, ...PORT, ...NETWORK, ...ROOM, ...WALLS, ...MEANINGLESS, ...OTHERS].filter(
    (name) => !ALONE.includes(name),
  ),
};

/** Reads `docker run [OPTIONS] IMAGE [ARGUMENTS]`. */
export function containerOf(program: string, all: string[], where: Surroundings): Understood {
  const words = all[0] === "container" ? all.slice(1) : all;
  if (words[0] !== "run") return { why: `it is ${program} without run: what it starts is not known` };
  const read = options(words.slice(1), FLAGS);
  if ("unknown" in read) return { why: `the option ${read.unknown} of ${program} is not known here` };
  const [image = "", ...args] = read.rest;
  const reference = imageName(image);
  if (reference === undefined) return { why: "it names no image" };
  return containerStart({ reference, args, given: read.options }, where);
}

/** An image's name as manifests have it; undefined for what is none. */
function imageName(text: string): string | undefined {
  const plain = text.replace(/^docker:\/\//, "").replace(/^(index\.)?docker\.io\/(library\/)?/, "");
  return /^[a-z0-9][\w.:/@-]*$/.test(plain) ? plain : undefined;
}

/** A container, as somebody starts one. */
export interface Wanted {
  reference: string;
  args: string[];
  given: GivenOption[];
}

/** The start of a container: what of its options has a place here, and notes on the rest. */
function containerStart({ reference, args, given }: Wanted, where: Surroundings): Understood {
  const notes: string[] = [];
  const env: Record<string, string> = {};
  const envFiles: EnvFile[] = [];
  const folders: WantedFolder[] = [];
  const storage: { name: string; path: string }[] = [];
  const manifest: Record<string, unknown> = {};
  let program: string[] = [];
  for (const { name, value } of given) {
    if (ENV.includes(name)) {
      const [variable = "", text = ""] = value.split(/=(.*)/s);
      env[variable] = text;
    } else if (VOLUME.includes(name) || name === "--mount") {
      const volume = name === "--mount" ? mounted(value) : bound(value);
      if (volume.at === undefined) notes.push("a volume without a place was left out");
      else if (volume.from === undefined || /^[\w.-]+$/.test(volume.from)) storage.push(kept(volume, storage, notes));
      else if (/docker\.sock$|podman\.sock$|containerd\.sock$/.test(volume.from)) {
        return { why: "it wants the socket of this machine's Docker, which no server gets" };
      } else {
        const path = existingFolder(volume.from, where);
        if (typeof path !== "string") return { why: `its volume ${oneLine(volume.from, 200)} ${path.why}` };
        folders.push({ path, at: volume.at, readOnly: volume.readOnly });
      }
    } else if (name === "--entrypoint") program = value === "" ? [] : [value];
    else if ((name === "-w" || name === "--workdir") && value.startsWith("/")) manifest.workdir = value;
    else if (PORT.includes(name)) notes.push(`${said(name, value)} was left out: clients reach it through the gateway`);
    else if (NETWORK.includes(name)) notes.push(`${said(name, value)} was left out: it reaches what egress lists`);
    else if (WALLS.includes(name)) notes.push(`${said(name, value)} was left out: no server gets that`);
    else if (ROOM.includes(name)) notes.push(`${said(name, value)} was left out: set resources to what it needs`);
    else if (name === "--env-file") envFiles.push({ path: value, format: "docker", required: true });
  }
  if (storage.length > 0) manifest.storage = storage;
  // What nobody holds a conversation with on its standard input, and what has a port, listens there.
  const port = listening(given);
  const http = port === undefined ? {} : { type: "streamable-http", port };
  const transport = { ...http, ...(program.length === 0 && args.length > 0 ? { arguments: args } : {}) };
  if (Object.keys(transport).length > 0) manifest.transport = transport;
  const start: Start = { source: { kind: "image", reference }, args: program.length > 0 ? [...program, ...args] : [] };
  return { ...start, env, envFiles, folders, manifest, notes };
}

function listening(given: GivenOption[]): number | undefined {
  if (given.some(({ name }) => name === "-i" || name === "--interactive")) return undefined;
  const found = given.find(({ name }) => name === "-p" || name === "--publish");
  const [, port] = /(?:^|:)(\d{1,5})(?:\/tcp)?$/.exec(found?.value ?? "") ?? [];
  return port === undefined ? undefined : Number(port);
}

const said = (name: string, value: string): string => oneLine(value === "" ? name : `${name} ${value}`, 200);

interface Volume {
  from?: string;
  at?: string;
  readOnly: boolean;
}

/** `[FROM:]PATH[:OPTIONS]`; a drive's colon is none of these. */
function bound(text: string): Volume {
  const [from, at, more = ""] = text.replace(/^([A-Za-z]):(?=[\\/].*:)/, "$1\0").split(":");
  const readOnly = more.split(",").includes("ro");
  if (at === undefined) return from?.startsWith("/") ? { at: from, readOnly: false } : { readOnly };
  return { from: from?.replace("\0", ":"), at, readOnly };
}

/** `type=bind,src=FROM,dst=PATH,readonly` */
function mounted(text: string): Volume {
  const parts = new Map(text.split(",").map((part) => part.split(/=(.*)/s) as [string, string | undefined]));
  const of = (...keys: string[]): string | undefined => keys.map((key) => parts.get(key)).find(Boolean);
  const readOnly = ["readonly", "ro"].some((key) => parts.has(key) && parts.get(key) !== "false");
  return { from: of("source", "src"), at: of("destination", "dst", "target"), readOnly };
}

/** A volume of Docker's becomes a storage of the server's own. */
function kept({ from, at = "" }: Volume, others: { name: string }[], notes: string[]): { name: string; path: string } {
  const plain = (from ?? at)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 28)
    .replace(/[-_]+$/, "");
  const name = plain === "" || others.some((one) => one.name === plain) ? `data-${others.length + 1}` : plain;
  notes.push(
    `${from === undefined ? "its volume" : `the volume ${oneLine(from, 80)}`} becomes a storage of its own at ${oneLine(at, 80)}, and begins empty`,
  );
  return { name, path: at };
}
