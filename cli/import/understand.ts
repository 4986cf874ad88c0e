import { oneLine } from "../../lib/plain-text";
import { secretArguments } from "../../manifest/secret-names";
import { bridgeOf } from "./bridge-of";
import type { ClientServer } from "./client-server";
import { BUILD } from "./compose";
import { containerOf } from "./container-of";
import { withEnvFiles } from "./env-files";
import { existingFolder, lentArguments } from "./folders";
import { packageOf } from "./package-of";
import { programOf } from "./program-of";
import { remoteOf } from "./remote-of";
import type { EnvFile, Surroundings, Understood } from "./start";

/** Reads how a client starts a server. Runs nothing, and takes no word for granted: what it does not know is told. */
export function understand(server: ClientServer, where: Surroundings): Understood {
  const { url, serverUrl, httpUrl, command = "" } = server;
  const address = url ?? serverUrl ?? httpUrl;
  if (address !== undefined) return remoteOf(address, server);
  if (command === "") return { why: "its entry names no program" };
  if (command === BUILD) return withVariables(folderOf(server.args, where), server, where);
  const [program, args] = unwrapped(command, server.args);
  const bridged = bridgeOf(program, args, server);
  if (bridged) return bridged;
  const start =
    program === "docker" || program === "podman"
      ? containerOf(program, args, where)
      : (packageOf(program, args) ??
        programOf({ program, args, ...(server.cwd === undefined ? {} : { cwd: server.cwd }) }, where));
  if ("why" in start) return start;
  if (secretArguments(start.args).length > 0) {
    return {
      why: "an argument looks like a secret, and arguments are no place for one: use `servers add`, and a variable",
    };
  }
  return withVariables(start.source.kind === "image" ? start : lentArguments(start, where), server, where);
}

/** What its files of variables say, beside what the start says itself. */
function withVariables(start: Understood, server: ClientServer, where: Surroundings): Understood {
  if ("why" in start) return start;
  const { envFile, envFiles = [] } = server;
  const ofClient: EnvFile[] = envFile === undefined ? [] : [{ path: envFile, format: "dotenv", required: true }];
  const files = [...ofClient, ...envFiles, ...(start.envFiles ?? [])];
  if (files.length === 0) return start;
  // A variable that is named alone has the value that the client gives it.
  const own = Object.entries(start.env ?? {}).map(([name, value]) => [name, value || (server.env[name] ?? "")]);
  const read = withEnvFiles(Object.fromEntries(own), files, where);
  if ("why" in read) return read;
  return { ...start, env: read.env, notes: [...(start.notes ?? []), ...read.notes] };
}

/** A folder that Compose builds. */
function folderOf([context = ".", ...args]: string[], where: Surroundings): Understood {
  const path = existingFolder(context, where);
  if (typeof path !== "string") return { why: `its folder ${oneLine(context, 200)} ${path.why}` };
  return { source: { kind: "local", path }, args };
}

/** The program's name, and its arguments; without what only passes them on: Windows' shell, `env`. */
function unwrapped(command: string, args: string[]): [program: string, args: string[]] {
  const name = (text: string) => (/[^/\\]*$/.exec(text)?.[0] ?? "").toLowerCase().replace(/\.(exe|cmd)$/, "");
  const isShell = name(command) === "cmd" && args[0]?.toLowerCase() === "/c";
  return isShell ? [name(args[1] ?? ""), args.slice(2)] : [name(command), args];
}
