import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { located } from "../lib/findings";
import { type Problem, ProblemsError } from "../lib/problems";
import { readText } from "../lib/read-text";
import { parseYaml } from "../lib/yaml";
import { type CatalogEntry, type CatalogOptions, type CatalogServer, SETTINGS_FILE, validateCatalog } from "./catalog";
import { withMarked } from "./not-secrets";

/** Name of the manifest in a server's folder. */
export const MANIFEST = "server.yaml";
/** Name of the file in a shared service's folder. */
export const SERVICE = "service.yaml";

/**
 * Reads a manifest as an entry of the catalog.
 * @param folder absolute path of the server's folder
 * @param file how problems name the manifest
 * @param text what it holds
 * @param exists true when a path relative to the folder is there
 */
export function entryOf(folder: string, file: string, text: string, exists: CatalogEntry["exists"]): CatalogEntry {
  const parsed = parseYaml(text);
  if (parsed.findings) return { folder, file, exists, problems: located(parsed.findings, file) };
  const { document, locate, commentAt } = parsed;
  return { folder, file, exists, document: withMarked(document, commentAt), locate };
}

function entry(folder: string, root: string): CatalogEntry {
  const shared = isService(folder);
  const name = shared ? SERVICE : MANIFEST;
  const file = relative(root, join(folder, name));
  const exists = (path: string): boolean => existsSync(resolve(folder, path));
  try {
    const read = entryOf(folder, file, readText(join(folder, name)), exists);
    return shared ? { ...read, shared } : read;
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message;
    const fix = "write one, or move the folder out of the catalog";
    const problem: Problem = { file, path: "(the file)", got, expected: "a server's manifest", fix };
    return { folder, file, exists, problems: [problem] };
  }
}

/** True for the folder of a shared service. One with a server's manifest as well is a server's. */
function isService(folder: string): boolean {
  return existsSync(join(folder, SERVICE)) && !existsSync(join(folder, MANIFEST));
}

/** The shared services beside a server whose own folder was named: it may use them. */
function servicesBeside(folders: string[], all: string[]): string[] {
  const own = folders.filter((folder) => existsSync(join(folder, MANIFEST)));
  const beside = own.flatMap((folder) => foldersIn(dirname(folder)).filter(isService));
  return [...new Set(beside)].filter((folder) => !all.includes(folder));
}

/**
 * Returns the folders of servers and shared services in a folder of the catalog: all but hidden ones and node_modules. One's own folder
 * returns itself.
 */
function catalogFolders(folder: string): string[] {
  return existsSync(join(folder, MANIFEST)) || isService(folder) ? [folder] : foldersIn(folder);
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && name !== "node_modules")
    .map((name) => join(folder, name))
    .filter(isFolder);
}

/** True for a folder, or a link to one. */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Returns the names of the catalog's servers and shared services, as their folders have them. Reads no manifest. */
export function catalogNames(folders: string[], root: string): string[] {
  const present = folders.map((folder) => resolve(root, folder)).filter(isFolder);
  return present.flatMap(catalogFolders).map((path) => basename(path));
}

/** Reads the catalog's folders, valid or not. A folder that does not exist has no entries. */
export function catalogEntries(folders: string[], root: string): CatalogEntry[] {
  const present = folders.map((folder) => resolve(root, folder)).filter(isFolder);
  const all = present.flatMap(catalogFolders);
  return [...all, ...servicesBeside(present, all)].map((path) => entry(path, root));
}

/**
 * Reads and checks the catalog.
 * @param folders folders with one folder a server, or a server's own, relative to `root`
 * @param root the project's folder
 * @returns the selected servers, sorted by name
 * @throws ProblemsError with every problem of every file
 */
export function loadCatalog(folders: string[], options: CatalogOptions = {}, root = process.cwd()): CatalogServer[] {
  const absent = folders.filter((folder) => !isFolder(resolve(root, folder)));
  const file = options.settingsFile ?? SETTINGS_FILE;
  const missing = absent.map((folder): Problem => {
    return { file, path: "catalog", got: JSON.stringify(folder), expected: "a folder that exists" };
  });
  const { servers, problems } = validateCatalog(catalogEntries(folders, root), options);
  if (missing.length + problems.length > 0) throw new ProblemsError([...missing, ...problems]);
  return servers;
}
