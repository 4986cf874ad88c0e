import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { Command } from "commander";
import type { z } from "zod";
import type { ApiClient } from "../../api/client";
import { paths } from "../../api/paths";
import type { learningSchema } from "../../api/schemas/learning";
import { Scope } from "../../api/scopes";
import { writeAtomically } from "../../lib/atomic-file";
import { catalogEntries, MANIFEST } from "../../manifest/load-catalog";
import { openApi } from "../api/open";
import { CliError, ExitCode, expected } from "../errors";
import { examples, note, progress, show } from "../output";
import { projectFolder } from "../project";
import { readInput } from "../servers/input";
import { settingsOrDefaults } from "../stack/settings";
import { applied } from "./applied";
import { type Call, readCalls } from "./calls";
import { type Learned, learnedText } from "./report";

interface Options {
  minutes: string;
  calls?: string;
  write?: boolean;
  json?: boolean;
}

/** Minutes that a copy for a list of calls may live: the list ends it. */
const CALLS_MINUTES = 60;

/** `servers learn`. */
export function learnCommand(): Command {
  return new Command("learn")
    .description(
      "Runs a throwaway copy of a server with fewer walls while you use it, and tells what its manifest needs",
    )
    .argument("<name>")
    .option("--minutes <n>", "how long; Enter or Ctrl-C ends it before", "10")
    .option(
      "--calls <file>",
      "call these tools in place of waiting: a list of {tool, arguments}, YAML or JSON; - for standard input",
    )
    .option("--write", "put what the manifest lacks into its server.yaml; comments stay, nothing is taken out")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The copy NAME-learn has the server's secrets, empty storage and no folder of the host. It reaches every public host (no
private one), may write anywhere in its own file system, and gets more room; it is removed at the end.
${examples("bin/dind-mcp servers learn memory\nbin/dind-mcp servers learn memory --calls calls.yaml --write")}`,
    )
    .action(async (name: string, options: Options) => {
      const calls = options.calls === undefined ? undefined : readCalls(readInput(options.calls), options.calls);
      const file = options.write ? await manifestOf(name) : undefined;
      const api = await openApi(Scope.Admin);
      const body = { minutes: calls ? CALLS_MINUTES : minutesOf(options.minutes) };
      const started = api.post<z.infer<typeof learningSchema>>(paths.learn(name), body);
      const { copy, url, until } = await progress(`starting a copy of ${name}`, started);
      const learned = await whileLearning(api, name, async (stopped) => {
        if (calls) await run(calls, copy, stopped);
        else await untilEnough({ copy, url, until }, stopped);
        return await api.get<Learned>(paths.learn(name));
      });
      if (file && Object.keys(learned.add).length > 0)
        writeAtomically(file, applied(readFileSync(file, "utf8"), learned.add));
      show(options.json, learned, (report) => learnedText(report, file));
      if (file) note("bin/dind-mcp up makes it so");
    });
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 120) return minutes;
  throw new CliError(`--minutes: got ${JSON.stringify(text)}, expected a whole number from 1 to 120`, ExitCode.Usage);
}

/** The server.yaml of a server of the catalog. @throws CliError when the catalog has none */
async function manifestOf(name: string): Promise<string> {
  const entries = catalogEntries((await settingsOrDefaults()).catalog, projectFolder());
  const found = entries.find(({ folder }) => basename(folder) === name);
  if (found) return join(found.folder, MANIFEST);
  throw new CliError(`--write: the catalog has no server ${name}`, ExitCode.NotFound);
}

/** Removes the copy however the work ends. At a signal the work stops and its result counts. */
async function whileLearning<T>(api: ApiClient, name: string, work: (stopped: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on("SIGINT", end).on("SIGTERM", end);
  try {
    return await work(stop.signal);
  } finally {
    await progress("removing the copy", api.delete(paths.learn(name)));
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** Waits for the time's end, for Enter, or for a signal. */
async function untilEnough(
  { copy, url, until }: Pick<z.infer<typeof learningSchema>, "copy" | "url" | "until">,
  stopped: AbortSignal,
): Promise<void> {
  note(`${copy} runs at ${url} until ${until}: use it with a client, or bin/dind-mcp servers call ${copy} TOOL`);
  note(process.stdin.isTTY ? "Enter or Ctrl-C ends it and tells what it needed" : "SIGINT ends it");
  const left = Date.parse(until) - Date.now() - END_MS;
  const lines = process.stdin.isTTY ? createInterface({ input: process.stdin }) : undefined;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.max(left, 0));
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    lines?.once("line", done).once("SIGINT", done);
    stopped.addEventListener("abort", done);
  });
  lines?.close();
}

/** So many milliseconds before the copy ends by itself the report is asked for. */
const END_MS = 5_000;

/** Calls one tool after the other. What fails is told, and the next one has its turn. */
async function run(calls: Call[], copy: string, stopped: AbortSignal): Promise<void> {
  const api = await openApi(Scope.Mcp);
  for (const { tool, arguments: args } of calls) {
    if (stopped.aborted) return;
    try {
      const call = api.post<{ isError?: boolean }>(paths.call(copy, tool), { arguments: args });
      const { isError } = await progress(`calling ${tool}`, call);
      note(`${tool}: ${isError ? "it says that it failed" : "ok"}`);
    } catch (error) {
      const told = expected(error);
      if (!told) throw error;
      note(`${tool}: ${told.message}`);
    }
  }
}
