import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { CliError, ExitCode } from "../errors";
import type { ClientName, ClientScope } from "./clients";
import { clientFile, type Place } from "./places";

/** The file a command is about. @throws CliError when the client has none for the scope */
export function fileOf(client: ClientName, { file, scope }: { file?: string; scope: ClientScope }): string {
  if (file === "") throw new CliError('--file: got "", expected a path', ExitCode.Usage);
  if (file !== undefined) return resolve(file);
  const found = clientFile(client, scope, here());
  if (found) return resolve(found);
  throw new CliError(`--scope: got ${scope}, but ${client} has a file for the whole user alone`, ExitCode.Usage);
}

/** Where this process is, and whose it is. */
export function here(): Place {
  const { platform, env } = process;
  return { platform, home: homedir(), folder: process.cwd(), env, exists: existsSync };
}
