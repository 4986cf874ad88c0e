import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { findings, inlineCode, type Page, pageOf, projectFiles, ROOT } from "./pages";

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(page: Page): Set<string> {
  const found = new Set<string>();
  for (const { text, code } of page.lines) {
    const heading = code ? undefined : /^#{1,6} (.*)/.exec(text)?.[1];
    if (!heading) continue;
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    for (let name = slug, count = 1; ; name = `${slug}-${count++}`) {
      if (found.has(name)) continue;
      found.add(name);
      break;
    }
  }
  return found;
}

const read = (path: string): Page => pageOf(path, readFileSync(join(ROOT, path), "utf8"));

/** Links to files or headings that are not there. Links to the outside are not followed. */
export function brokenLinks(page: Page): string[] {
  return findings(page, (text) => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    return targets.flatMap((target) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = "", anchor] = target.split("#");
      const path = file ? normalize(join(dirname(page.path), file)) : page.path;
      if (file && !existsSync(join(ROOT, path))) return [`got a link to ${path}, expected a file that is there`];
      if (!anchor) return [];
      const known = anchors(file ? read(path) : page);
      return known.has(anchor) ? [] : [`got a link to #${anchor} of ${path}, expected one of its headings`];
    });
  });
}

const CODE = /\.(ts|mts|mjs|sh|c|h|go)$/;
const TOP = new Set(projectFiles.filter((path) => path.includes("/")).map((path) => path.split("/")[0]));

/** A word in backticks that names a file or folder of the project: `lib/sizes.ts`, `orchestrator/http/`, `front.ts`. */
function namesFile(word: string): boolean {
  if (!/^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(word) || /(^|\/)(?!README)[A-Z]{3,}($|[/.])/.test(word)) return false;
  return word.includes("/") ? TOP.has(word.split("/")[0]) : CODE.test(word);
}

/** Words in backticks that look like the project's files, and are none. `examples` are folders that a page makes up. */
export function missingPaths(page: Page, examples: string[] = []): string[] {
  const known = (word: string): boolean => {
    const path = word.replace(/\/$/, "");
    if (examples.some((example) => path.startsWith(example))) return true;
    if ([ROOT, join(ROOT, dirname(page.path))].some((folder) => existsSync(join(folder, path)))) return true;
    return projectFiles.some((file) => file.endsWith(`/${path}`));
  };
  return findings(page, (text) => {
    const words = inlineCode(text.replace(/\]\([^)]*\)/g, "]")).flatMap((code) => code.split(/\s+/));
    return words
      .filter((word) => namesFile(word) && !known(word))
      .map((word) => `got ${word}, expected a file of the project`);
  });
}
