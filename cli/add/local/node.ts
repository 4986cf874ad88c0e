import { join } from "node:path";
import { parseJson } from "../../../lib/json";
import { isMapping } from "../../../lib/mapping";
import { readText } from "../../../lib/read-text";
import { CliError, ExitCode } from "../../errors";
import { chosenProgram } from "../choose-program";
import { ownTexts, unpinned } from "./own";
import { type LocalProgram, type ProgramFolder, USUAL } from "./types";

export const NODE = "FROM node:24-trixie-slim";

/** A script without a package.json: it has no dependencies. */
export function nodeScript(script: string): LocalProgram {
  const name = script.replace(/\.\w+$/, "");
  return { name, dockerfile: [NODE, "WORKDIR /app", "COPY . ."], command: ["node", `/app/${script}`] };
}

/** A package of Node: installed by its lock file where it has one, and built where it says how. */
export function nodeProgram({ path, files, program, script }: ProgramFolder): LocalProgram {
  const file = join(path, "package.json");
  const own = parseJson(readText(file));
  if (!isMapping(own)) throw new CliError(`${file}: got no JSON, expected a package`, ExitCode.Usage);
  const { name, description, version, bin, main, scripts, dependencies } = own;
  const last = String(name).split("/").at(-1) ?? "";
  const programs: Record<string, unknown> = isMapping(bin) ? bin : typeof bin === "string" ? { [last]: bin } : {};
  const names = Object.keys(programs);
  const start =
    script ??
    (names.length > 0 ? programs[chosenProgram(`${file}: bin`, names, last, program)] : (main ?? usual(files)));
  if (typeof start !== "string" || /["\\\n]/.test(start)) {
    throw new CliError(`${file}: bin: got nothing, expected the server's program`, ExitCode.Usage);
  }
  const locked = files.includes("package-lock.json");
  const builds = isMapping(scripts) && typeof scripts.build === "string";
  const open = Object.entries(isMapping(dependencies) ? dependencies : {}).filter(([, one]) => !isExact(one));
  return {
    ...ownTexts({ name, description, version }),
    dockerfile: [
      NODE,
      "WORKDIR /app",
      "COPY package*.json ./",
      `RUN npm ${locked ? "ci" : "install"} --ignore-scripts --no-audit --no-fund`,
      "COPY . .",
      ...(builds ? ["RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund"] : []),
    ],
    command: ["node", `/app/${start.replace(/^\.\//, "")}`],
    notes: locked
      ? []
      : unpinned(
          open.map(([one]) => one),
          "`npm install` there writes package-lock.json",
        ),
  };
}

function usual(files: string[]): string | undefined {
  return USUAL.flatMap((one) => [`${one}.js`, `${one}.mjs`, `${one}.ts`]).find((file) => files.includes(file));
}

function isExact(version: unknown): boolean {
  return /^\d+\.\d+\.\d+/.test(String(version));
}
