import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { ApiClient } from "../../api/client";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { ExitCode, expected } from "../errors";
import { examples, progress, show } from "../output";
import type { Server } from "./server";

const ACTIONS = {
  start: { goal: "running", what: "Starts servers and waits until they answer; one that runs is fine" },
  stop: { goal: "stopped", what: "Stops servers until somebody starts them, or `up`; their sessions end" },
  restart: { goal: "running", what: "Restarts servers and waits until they answer; their sessions end" },
} as const;
type Action = keyof typeof ACTIONS;

/** What became of one server. */
interface Done {
  name: string;
  /** Absent when the API refused. */
  status?: string;
  /** Why it is not as wanted. */
  error?: string;
}

/** `servers start`, `stop` and `restart`. */
export function lifecycleCommand(action: Action): Command {
  return new Command(action)
    .description(ACTIONS[action].what)
    .argument("[names...]")
    .option("--all", "every server that runs here")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nEach is tried, and reported; the exit code is that of the first that is not as wanted.\n${examples(`bin/dind-mcp servers ${action} files http`)}`,
    )
    .action(async (names: string[], { all, json }: { all?: boolean; json?: boolean }, command: Command) => {
      if ((names.length === 0) === !all) command.error("error: name servers, or --all");
      const api = await openApi(Scope.Admin);
      const done: Done[] = [];
      for (const name of all ? await everyName() : names) {
        done.push(await progress(`${action} ${name}`, act(api, action, name)));
      }
      show(json, done, (list) =>
        list
          .map(({ name, status, error }) => `${name}: ${error ? `NOT ${ACTIONS[action].goal}: ${error}` : status}`)
          .join("\n"),
      );
    });
}

/** Names of all servers but those that run elsewhere: there is nothing here to start or to stop. */
async function everyName(): Promise<string[]> {
  const servers = await (await openApi(Scope.Read)).list<Server>(paths.servers);
  return servers.filter(({ transport }) => transport !== "remote").map(({ name }) => name);
}

/** Acts on one server. On failure it sets the exit code and goes on, so that the others have their turn. */
async function act(api: ApiClient, action: Action, name: string): Promise<Done> {
  try {
    const answer = await api.post<Server>(paths.action(name, action));
    const { status, reason } = action === "stop" ? answer : await untilSettled(name);
    if (status === ACTIONS[action].goal) return { name, status };
    process.exitCode ??= ExitCode.Failed;
    return { name, status, error: reason ?? `it is ${status}` };
  } catch (error) {
    const told = expected(error);
    // An API that does not answer is the same for all.
    if (!told || told.code === ExitCode.Unreachable) throw error;
    process.exitCode ??= told.code;
    return { name, error: told.message };
  }
}

/** Milliseconds that a server may take to answer; its own health check gives up about then. */
const START_MS = 90_000;

/** The server when it is no longer starting. */
async function untilSettled(name: string): Promise<Server> {
  const api = await openApi(Scope.Read);
  const end = Date.now() + START_MS;
  for (;;) {
    const server = await api.get<Server>(paths.server(name));
    if (server.status !== "starting" || Date.now() > end) return server;
    await sleep(200);
  }
}
