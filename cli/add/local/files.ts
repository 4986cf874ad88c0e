import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { CliError, ExitCode } from "../../errors";

/** A file of the user's that is copied into the server's folder. */
export interface Copy {
  /** Where it is, absolute. */
  from: string;
  /** Where it goes, relative to the server's folder. */
  to: string;
}

/** A server's own files. */
export interface LocalFiles {
  copies: Copy[];
  /** What stays behind, and why; one line each. */
  leftOut: string[];
}

/** What a server's folder may hold: a program, not its data. */
const FILES = 2_000;
const BYTES = 50 * 2 ** 20;
/** What is made from the rest, or is nobody's business. */
const MADE = new Set(["node_modules", "venv", "__pycache__", "build", "target", "coverage"]);
/** What holds secrets by its name; an image would give them to whoever has it. */
const SECRET =
  /^(\.env(\..*)?|.*\.(pem|key|p12|pfx|jks)|id_(rsa|ed25519|ecdsa)|\.netrc|\.npmrc|\.pypirc|credentials(\.json)?)$/;
/** Hidden files that builds need. */
const HIDDEN = new Set([".dockerignore", ".python-version", ".node-version", ".nvmrc"]);

/**
 * The files of a folder, or of a script alone. Links, hidden files, what is made from the rest and what holds secrets
 * by its name stay behind.
 * @throws CliError when it is more than a program would be
 */
export function localFiles(path: string): LocalFiles {
  if (!lstatSync(path).isDirectory()) return { copies: [{ from: path, to: basename(path) }], leftOut: [] };
  const found: LocalFiles = { copies: [], leftOut: [] };
  let bytes = 0;
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const from = join(folder, entry.name);
      const to = relative(path, from);
      const leave = (why: string): void => void found.leftOut.push(`${to} is left out: ${why}`);
      if (SECRET.test(entry.name)) leave("its name says that it holds secrets; give them by `secrets`");
      else if (entry.name.startsWith(".") && !HIDDEN.has(entry.name)) continue;
      else if (entry.isDirectory()) MADE.has(entry.name) || walk(from);
      else if (!entry.isFile()) leave("it is a link or no plain file");
      else {
        bytes += lstatSync(from).size;
        found.copies.push({ from, to });
      }
      if (found.copies.length > FILES || bytes > BYTES) throw tooMuch(path, found.copies.length, bytes);
    }
  };
  walk(path);
  return found;
}

function tooMuch(path: string, files: number, bytes: number): CliError {
  const got = `${files} files and ${Math.round(bytes / 2 ** 20)} MiB, and more`;
  const expected = `at most ${FILES} files and ${BYTES / 2 ** 20} MiB: a program, not its data`;
  return new CliError(
    `${path}: got ${got}, expected ${expected}`,
    ExitCode.Usage,
    `a folder of its own below ${dirname(path)}`,
  );
}
