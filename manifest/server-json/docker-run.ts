import { type ServerVariable, variableOf } from "./environment";
import { fill } from "./inputs";
import { type ImportNote, note } from "./notes";
import { asArgument, commandLine, type Option, type Syntax, type Word } from "./options";
import type { ServerArgument } from "./schema";

/** A port of the container, and the machine's port for it. */
export interface Published {
  container: string;
  host?: string;
}

/** The arguments of `docker run` that have a place in a manifest. */
export interface DockerRun {
  variables: ServerVariable[];
  published: Published[];
  entrypoint?: string;
  workdir?: string;
  /** Arguments of the program, which follow the image's name. */
  args: ServerArgument[];
}

const SYNTAX: Syntax = {
  flags: new Set([
    ...["i", "t", "d", "P", "q", "interactive", "tty", "detach", "rm", "init", "quiet", "sig-proxy"],
    ...["privileged", "read-only", "publish-all", "no-healthcheck", "oom-kill-disable", "disable-content-trust"],
  ]),
  commands: new Set(["docker", "podman", "container", "run"]),
};

/** Options without a meaning here: every server runs this way, or the stack names and keeps its container. */
const MEANINGLESS = new Set([
  ...["i", "t", "d", "q", "interactive", "tty", "detach", "rm", "init", "quiet", "sig-proxy", "a", "attach"],
  ...["name", "pull", "read-only", "restart", "log-driver", "log-opt", "cidfile"],
]);

const LONG: Record<string, string> = {
  ...{ e: "env", v: "volume", p: "publish", w: "workdir", u: "user", m: "memory", net: "network", P: "publish-all" },
};

/**
 * Reads the arguments of `docker run`. Those that have no place in a manifest, or that the user has to allow, become
 * notes.
 */
export function dockerRun(list: ServerArgument[], image: string, notes: ImportNote[]): DockerRun {
  const { options, words } = commandLine(list, SYNTAX);
  const run: DockerRun = { variables: [], published: [], args: behindImage(words, image, notes) };
  const meaningless = new Set<string>();
  for (const option of options) {
    const name = LONG[option.name] ?? option.name;
    const text = option.text === undefined ? undefined : fill(option.text, option.argument).text;
    if (MEANINGLESS.has(option.name)) meaningless.add(option.shown);
    else if (name === "env" && option.text) run.variables.push(variableOf(option.text, option.argument));
    else if (name === "publish" && text) run.published.push(published(text));
    else if (name === "entrypoint" && text) run.entrypoint = text;
    else if (name === "workdir" && text?.startsWith("/")) run.workdir = text;
    else notes.push(asked(name, option, text));
  }
  if (meaningless.size > 0) {
    notes.push(note([KEY], `${[...meaningless].join(", ")} left out: how a container runs here is the same for all`));
  }
  return run;
}

const KEY = "runtimeArguments";

/** Some documents list the whole command line, with the image's name. */
function behindImage([first, ...rest]: Word[], image: string, notes: ImportNote[]): ServerArgument[] {
  if (!first) return [];
  const repository = (text: string): string => text.replace(/@.*$|:[^/]*$/, "").replace(/^docker\.io\//, "");
  const isImage = first.text !== undefined && repository(first.text) === repository(image);
  if (!isImage) notes.push(note([KEY], `${first.text ?? "a word"} is no option of docker run and was left out`));
  return rest.map(asArgument);
}

/** `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]` */
function published(text: string): Published {
  const [container = "", host] = text
    .replace(/\/(tcp|udp)$/, "")
    .split(/:(?![^[]*\])/)
    .reverse();
  return { container, ...(host ? { host } : {}) };
}

/** A note on an option that a document may not decide: what it asks for, and what to do. */
function asked(name: string, { shown, argument }: Option, text: string | undefined): ImportNote {
  const what = argument.isSecret || text === undefined ? shown : `${shown} ${text}`;
  if (SYNTAX.flags.has(name)) return note([KEY], `${shown} is for docker and was left out`);
  if (text === undefined || text === "") return note([KEY], `${what} has no value and was left out`);
  switch (name) {
    case "volume":
      return folder(what, volume(text));
    case "mount":
      return folder(what, mount(text));
    case "network":
      return note([KEY], `${what} was left out: it has a network of its own, and reaches what egress lists`);
    case "user":
      return note([KEY], `${what} was left out: it runs as a user of its own`);
    case "memory":
    case "cpus":
    case "pids-limit":
      return note(["resources"], `${what} was left out: set resources to what it needs`);
    case "shm-size":
      return note(["sharedMemory"], `${what} was left out: set sharedMemory to what it needs`);
    case "tmpfs":
      return memoryFolder(what, text.split(":")[0] ?? "");
    case "env-file":
      return note(["env"], `${what} was left out: write the variables of that file down here`);
    default:
      return note([KEY], `${what} is for docker and was left out`);
  }
}

/** `--tmpfs PATH[:OPTIONS]` */
function memoryFolder(what: string, path: string): ImportNote {
  return path === "/tmp"
    ? note(["scratch"], `${what} was left out: /tmp is in memory as it is; scratch sets its size`)
    : note(["cacheDir"], `${what} was left out: with cacheDir: ${path} it is a folder in memory`);
}

interface Folder {
  from?: string;
  path?: string;
  readOnly: boolean;
}

/** `[FROM:]PATH[:OPTIONS]`; a drive's colon is none of these. */
function volume(text: string): Folder {
  const [from, path, options = ""] = text.replace(/^([A-Za-z]):(?=[\\/].*:)/, "$1\0").split(":");
  const readOnly = options.split(",").includes("ro");
  return path === undefined ? { path: from, readOnly } : { from: from?.replace("\0", ":"), path, readOnly };
}

/** `type=bind,src=FROM,dst=PATH,readonly` */
function mount(text: string): Folder {
  const parts = new Map(text.split(",").map((part) => part.split(/=(.*)/s) as [string, string | undefined]));
  const of = (...keys: string[]): string | undefined => keys.map((key) => parts.get(key)).find(Boolean);
  const readOnly = ["readonly", "ro"].some((key) => parts.has(key) && parts.get(key) !== "false");
  return { from: of("source", "src"), path: of("destination", "dst", "target"), readOnly };
}

function folder(what: string, { from, path, readOnly }: Folder): ImportNote {
  const which = from === undefined ? "a volume" : /^[\w-]+$/.test(from) ? `the volume ${from}` : `your ${from}`;
  const access = readOnly ? ", read-only" : ", to write to";
  const place = path ? ` at ${path}${access}` : "";
  const own = `{volume: workspace, path: ${path ?? "/data"}${readOnly ? "" : ", readOnly: false"}}`;
  const isFolder = from !== undefined && !/^[\w-]+$/.test(from);
  const lent = isFolder ? `, or a folder that the config lends it: {folder: NAME, path: ${path ?? "/data"}}` : "";
  return note(["mounts"], `${what} asks for ${which}${place}; what can be mounted is the workspace: ${own}${lent}`);
}
