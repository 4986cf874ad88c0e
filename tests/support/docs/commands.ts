import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type Page, ROOT } from "./pages";

/** What the launcher does by itself; everything else is the command line's. */
const LAUNCHER = ["test", "clean", "env", "doctor", "help"];
/** Before or after every command, or the launcher's own. */
const GLOBAL = ["--stack", "-s", "--help", "-h", "--version"];
/** These hand on what they do not know, to pulumi. */
const PASSING = ["up", "preview", "refresh", "outputs", "destroy", "deploy"];

/** Each `bin/dind-mcp ...` of a page, also in code: its words up to a comment, a pipe or the end of the code. */
export function commandsOf(page: Page): { number: number; words: string[] }[] {
  return page.lines.flatMap(({ number, text }) =>
    [...text.matchAll(/bin\/dind-mcp ([^`|#<>&;()[\]"]*)/g)].map(([, rest = ""]) => ({
      number,
      words: rest.trim().split(/\s+/).filter(Boolean),
    })),
  );
}

/** What is wrong with the words after `bin/dind-mcp`: a command that is none, an option that it does not have. */
function wrongIn(words: string[], program: Command): string[] {
  let command = program;
  const path: string[] = [];
  const given = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const rest = given.filter((word, index) => word !== "--stack" && given[index - 1] !== "--stack");
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0]?.replace(/[,.:]$/, ""));
    if (!next) break;
    command = next;
    path.push(next.name());
    rest.shift();
  }
  const name = path.join(" ");
  if (path.length === 0) {
    const [word = ""] = rest;
    const known = !/^[a-z]/.test(word) || LAUNCHER.includes(word.replace(/[,.:]$/, ""));
    return known ? [] : [`got the command ${word}, expected one that there is`];
  }
  if (command.commands.length > 0 && /^[a-z]+$/.test(rest[0] ?? ""))
    return [`got ${name} ${rest[0]}, expected one that there is`];
  if (PASSING.includes(command.name())) return [];
  const known = [...GLOBAL, ...command.options.flatMap(({ short, long }) => [short, long])];
  const options = rest.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/[=,.:].*/, ""));
  return options
    .filter((option) => !known.includes(option))
    .map((option) => `got ${name} ${option}, expected an option of it`);
}

/** Commands of a page that the command line does not have. */
export function unknownCommands(page: Page, program: Command): string[] {
  return commandsOf(page).flatMap(({ number, words }) =>
    wrongIn(words, program).map((what) => `${page.path}:${number}: ${what}`),
  );
}

/** `npm run NAME` of a page that package.json does not have. */
export function unknownScripts(page: Page): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return page.lines.flatMap(({ number, text }) =>
    [...text.matchAll(/npm run ([\w:-]+)/g)]
      .filter(([, name = ""]) => !scripts[name])
      .map(([, name]) => `${page.path}:${number}: got npm run ${name}, expected a script of package.json`),
  );
}
