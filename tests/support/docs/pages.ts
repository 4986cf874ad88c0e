import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const ROOT = join(__dirname, "../../..");

/** Folders whose files are not ours, or are made. */
const SKIPPED = ["node_modules", ".git", ".pulumi"];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Every file of the project, relative to its root. */
export const projectFiles: string[] = filesBelow(ROOT).map((path) => relative(ROOT, path));

export interface Line {
  number: number;
  text: string;
  /** In a fence, or indented by four: text that is shown as it is. */
  code: boolean;
}

export interface Page {
  /** Relative to the project's root. */
  path: string;
  lines: Line[];
}

/** A page of Markdown, with what of it is code told apart. */
export function pageOf(path: string, text: string): Page {
  let fenced = false;
  const lines = text.split("\n").map((line, index) => {
    const fence = /^\s*```/.test(line);
    const code = fenced || fence || /^ {4}/.test(line);
    if (fence) fenced = !fenced;
    return { number: index + 1, text: line, code };
  });
  return { path, lines };
}

/** Every page of the project. */
export function pages(): Page[] {
  const paths = projectFiles.filter((path) => path.endsWith(".md"));
  return paths.map((path) => pageOf(path, readFileSync(join(ROOT, path), "utf8")));
}

/** `page:line: what is wrong`, for each finding in the lines of a page that are not code. */
export function findings(page: Page, of: (text: string) => string[]): string[] {
  const prose = page.lines.filter(({ code }) => !code);
  return prose.flatMap(({ number, text }) => of(text).map((what) => `${page.path}:${number}: ${what}`));
}

/** The words in backticks of a line. */
export function inlineCode(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}
