import { statSync } from "node:fs";
import { parseEnv } from "node:util";
import { oneLine } from "../../lib/plain-text";
import { readExactly } from "../connect/files";
import { placeOf } from "./folders";
import type { EnvFile, Surroundings } from "./start";

/** Its variables, an empty text for those without a value; or why there are none. Neither shows a value. */
export type EnvFileRead = { env: Record<string, string>; notes: string[] } | { why: string };

/** Bytes. */
const LARGEST = 256 * 1024;
const NAME = /^[A-Za-z_]\w*$/;

/** Reads a file of variables. Nothing in it is run or filled in. */
export function readEnvFile({ path, format, required }: EnvFile, where: Surroundings): EnvFileRead {
  const shown = oneLine(path, 200);
  const place = placeOf(path, where);
  if (place === undefined) return { why: `its file of variables ${shown} is a path that this machine does not know` };
  const text = textOf(place);
  if (text === null)
    return required
      ? { why: `its file of variables ${shown} is not there` }
      : { env: {}, notes: [`its file of variables ${shown} is not there, and was left out`] };
  if (typeof text !== "string") return { why: `its file of variables ${shown} ${text.why}` };
  const env = format === "docker" ? dockerVariables(text) : { ...parseEnv(text) };
  const own = Object.entries(env).filter((pair): pair is [string, string] => NAME.test(pair[0]));
  const left = Object.keys(env).length - own.length;
  const notes = left > 0 ? [`${left} lines of ${shown} were left out: they are no NAME=VALUE`] : [];
  return { env: Object.fromEntries(own), notes };
}

/** The text; null for a file that is not there. */
function textOf(path: string): string | null | { why: string } {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return size > LARGEST ? { why: `is larger than ${LARGEST / 1024} KiB` } : readExactly(path);
  } catch (error) {
    return { why: `cannot be read: ${oneLine(String((error as Error).message), 200)}` };
  }
}

/** As Docker reads it: no quotes; a name alone takes its value from who calls. */
function dockerVariables(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trimStart());
  const pairs = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([name = "", value = ""]): [string, string] => [name, value]));
}

/**
 * The variables of a server's files, and its own, which count more: one of its own without a value takes the file's.
 * Of two files the later one counts.
 */
export function withEnvFiles(
  own: Record<string, string>,
  files: EnvFile[],
  where: Surroundings,
): { env: Record<string, string>; notes: string[] } | { why: string } {
  const env: Record<string, string> = {};
  const notes: string[] = [];
  for (const file of files) {
    const read = readEnvFile(file, where);
    if ("why" in read) return read;
    Object.assign(env, read.env);
    notes.push(...read.notes);
  }
  for (const [name, value] of Object.entries(own)) if (value !== "" || !Object.hasOwn(env, name)) env[name] = value;
  return { env, notes };
}
