import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { shortDescription, shortName } from "../../../manifest/draft/names";
import { MANIFEST } from "../../../manifest/load-catalog";
import { type ImportResult, localName } from "../../../manifest/server-json";
import { CliError, ExitCode } from "../../errors";
import type { LocalStart } from "../source";
import { type LocalFiles, localFiles } from "./files";
import { localProgram, scriptProgram } from "./program";
import { startedProgram } from "./started";
import type { LocalProgram } from "./types";

/** A server that the user has as files. */
export interface LocalServer {
  /** Its name, unless the user gives another one. */
  name: string;
  program: LocalProgram;
  files: LocalFiles;
  /** Arguments behind its program. */
  args: string[];
}

/** How to read a user's files. */
export interface LocalOptions {
  /** Arguments behind its program. */
  args: string[];
  /** Which of its programs. @default the only one, or the one that is named like all of it */
  program?: string;
  /** How it starts. @default as its own files say */
  start?: LocalStart;
  /** Its name when its own files say none. @default the folder's */
  name?: string;
}

/**
 * Reads a folder or a script of the user's. Nothing of it is run.
 * @throws CliError when it is a server's folder already, or nothing tells how it starts
 */
export function localServer(text: string, { args, program: wanted, start, name: known }: LocalOptions): LocalServer {
  const path = resolve(text);
  const named = (name: string): string => localName(shortName(name));
  const files = localFiles(path);
  if (!statSync(path).isDirectory()) {
    const name = named(basename(path).replace(/\.\w+$/, ""));
    const script = basename(path);
    const program = start
      ? startedProgram({ path: dirname(path), files: [script] }, { ...start, script })
      : scriptProgram(path, script);
    return { name, program, files, args };
  }
  if (existsSync(resolve(path, MANIFEST))) {
    const fix = `pulumi config set --path 'dind-mcp:catalog[1]' ${dirname(path)} takes it as it is`;
    throw new CliError(`${text}: got a folder with a ${MANIFEST}: it is a server's already`, ExitCode.Usage, fix);
  }
  const folder = { path, files: files.copies.map(({ to }) => to), program: wanted };
  const program = start ? startedProgram(folder, start) : localProgram(folder);
  return { name: named(program.name ?? known ?? basename(path)), program, files, args };
}

/** The draft of its manifest, and its Dockerfile. */
export function localImport(
  { name: own, program, args }: LocalServer,
  { name = own, user }: { name?: string; user: number },
): ImportResult {
  const { description = `The server ${name}`, version = "0.0.0", dockerfile, command } = program;
  const manifest = {
    ...{ name, description: shortDescription(description), version, build: { context: "." } },
    transport: {
      type: "stdio",
      command: command.length > 0 ? [...command, ...args] : [],
      ...(command.length === 0 && args.length > 0 ? { arguments: args } : {}),
    },
    user,
  };
  if (!dockerfile) return { manifest, notes: [] };
  return { manifest, notes: [], dockerfile: [...dockerfile, `USER ${user}:${user}`, ""].join("\n") };
}

/** What the user should know of what is copied, and how it is built. */
export function notesOf({ files, program }: LocalServer): string[] {
  return [...files.leftOut, ...(program.notes ?? [])];
}
