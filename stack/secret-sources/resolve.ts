import type { Settings } from "../../config/settings";
import { type Problem, ProblemsError } from "../../lib/problems";
import { commandValue, fileValue } from "./local";
import { OnePassword } from "./one-password";
import { Vault } from "./vault";

type Reads = (place: string) => Promise<string>;

/** A value that says where it is kept. */
const PLACE = /^(?:(vault|op):\/\/(.+)|(file:\/\/\/.+)|command:(.+))$/s;
const FIELDS = { vault: "vault", op: "onePassword", file: "files", command: "commands" } as const;

/** Which sources there are, each with how it is read; undefined for one that the config does not have. */
function readers({ vault, onePassword, files, commands }: NonNullable<Settings["secretSources"]>) {
  const [inVault, inOnePassword] = [vault && new Vault(vault), onePassword && new OnePassword(onePassword)];
  return {
    vault: inVault && ((place) => inVault.value(place)),
    op: inOnePassword && ((place) => inOnePassword.value(place)),
    file: files ? fileValue : undefined,
    command: commands ? commandValue : undefined,
  } satisfies Record<keyof typeof FIELDS, Reads | undefined>;
}

function placeOf(value: string): { source: keyof typeof FIELDS; place: string } | undefined {
  const [, store, stored, file, command] = PLACE.exec(value) ?? [];
  if (store && stored) return { source: store as "vault" | "op", place: stored };
  if (file) return { source: "file", place: file };
  return command ? { source: "command", place: command } : undefined;
}

async function filled(reads: Reads, place: string): Promise<string> {
  const value = await reads(place);
  if (value === "") throw new Error("an empty value");
  return value;
}

/**
 * The secrets, with those that are kept elsewhere read there. A value stays as it is when it names no place.
 * @throws ProblemsError with every value that could not be read; no problem shows a value
 */
export async function withKeptElsewhere(
  { secrets, secretSources = { files: false, commands: false } }: Pick<Settings, "secrets" | "secretSources">,
  file: string,
): Promise<Settings["secrets"]> {
  const sources = readers(secretSources);
  const problems: Problem[] = [];
  const read = async (path: string, value: string): Promise<string> => {
    const found = placeOf(value);
    if (!found) return value;
    const { source, place } = found;
    const reads = sources[source];
    if (!reads) {
      const field = `secretSources.${FIELDS[source]}`;
      const got = `a place in ${source === "op" ? "1Password" : source === "vault" ? "Vault" : `a ${source}`}`;
      problems.push({ file, path, got, expected: `${field}, or another value`, fix: `set dind-mcp:${field}` });
      return "";
    }
    return filled(reads, place).catch((error: Error) => {
      const fix = "correct the place or the source; what runs stays as it is";
      problems.push({ file, path, got: error.message, expected: `the value from its place (${source})`, fix });
      return "";
    });
  };
  const entries = Object.entries(secrets).map(async ([server, values]) => {
    const own = Object.entries(values).map(async ([name, value]) => {
      return [name, await read(`secrets.${server}.${name}`, value)] as const;
    });
    return [server, Object.fromEntries(await Promise.all(own))] as const;
  });
  const resolved = Object.fromEntries(await Promise.all(entries));
  if (problems.length > 0) throw new ProblemsError(problems);
  return resolved;
}
