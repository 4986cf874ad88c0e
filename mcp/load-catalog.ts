import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import { type Problem, ProblemsError } from "../problems";
import { type CatalogEntry, type CatalogOptions, type CatalogServer, SETTINGS_FILE, validateCatalog } from "./catalog";
import type { Path } from "./zod-problems";

const MANIFEST = "server.yaml";

/** A manifest's text as a document whose keys know their lines. */
function read(text: string, file: string): Pick<CatalogEntry, "document" | "problems" | "locate"> {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  if (yaml.errors.length > 0) {
    const problems = yaml.errors.map(
      ({ message, linePos }): Problem => ({
        file: linePos ? `${file}:${linePos[0].line}` : file,
        path: "(the file)",
        got: (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
        expected: "valid YAML",
      }),
    );
    return { problems };
  }
  const locate = (path: Path): number | undefined => {
    // A key that is not there is missing in what should hold it.
    for (let depth = path.length; depth > 0; depth--) {
      const node = yaml.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  return { document: yaml.toJS(), locate };
}

function entry(folder: string, root: string): CatalogEntry {
  const file = relative(root, join(folder, MANIFEST));
  const exists = (path: string): boolean => existsSync(resolve(folder, path));
  try {
    return { folder, file, exists, ...read(readFileSync(join(folder, MANIFEST), "utf8"), file) };
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message;
    const fix = "write one, or move the folder out of the catalog";
    return {
      folder,
      file,
      exists,
      problems: [{ file, path: "(the file)", got, expected: "a server's manifest", fix }],
    };
  }
}

/** The folders of servers in a folder of the catalog: all but hidden ones and node_modules. */
function serverFolders(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && name !== "node_modules")
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory());
}

/**
 * Reads and checks the catalog.
 * @param folders folders with one folder a server, relative to `root`
 * @param root the project's folder
 * @returns the selected servers, sorted by name
 * @throws ProblemsError with every problem of every file
 */
export function loadCatalog(folders: string[], options: CatalogOptions = {}, root = process.cwd()): CatalogServer[] {
  const absent = folders.filter((folder) => !existsSync(resolve(root, folder)));
  const file = options.settingsFile ?? SETTINGS_FILE;
  const missing = absent.map((folder): Problem => {
    return { file, path: "catalog", got: JSON.stringify(folder), expected: "a folder that exists" };
  });
  const present = folders.filter((folder) => !absent.includes(folder));
  const entries = present.flatMap((folder) => serverFolders(resolve(root, folder))).map((path) => entry(path, root));
  const { servers, problems } = validateCatalog(entries, options);
  if (missing.length + problems.length > 0) throw new ProblemsError([...missing, ...problems]);
  return servers;
}
