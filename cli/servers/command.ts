import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { z } from "zod";
import { Scope } from "../../orchestrator/config";
import type { cleanupSchema, deployedSchema, serverDetailSchema, serverSchema } from "../../orchestrator/rest/schemas";
import { Api } from "../api/client";
import { ExitCode } from "../errors";
import { plain, progress, show, table } from "../output";
import { callCommand } from "./call";
import { readInput } from "./input";
import { logsCommand } from "./logs";
import { toolsCommand } from "./tools";
import { validateManifestsCommand } from "./validate";

export type Server = z.infer<typeof serverSchema>;

interface Json {
  json?: boolean;
}

const path = (name: string, ...more: string[]): string => ["/v1/servers", encodeURIComponent(name), ...more].join("/");
const examples = (text: string): string => `\nExamples:\n${text.replace(/^/gm, "  ")}`;

/** `servers`: what runs, over the REST API. */
export function serversCommand(): Command {
  const group = new Command("servers").description("The MCP servers: those of the catalog, and extra ones").addHelpText(
    "after",
    `
DIND_MCP_URL and DIND_MCP_TOKEN, when both are set, name another gateway than the stack's own.
A server of the catalog is declared in mcp/NAME and made by \`up\`; \`deploy\` runs an extra one beside them.`,
  );
  group.addCommand(listCommand()).addCommand(showCommand()).addCommand(deployCommand()).addCommand(removeCommand());
  for (const action of ["start", "stop", "restart"] as const) group.addCommand(lifecycleCommand(action));
  return group
    .addCommand(logsCommand())
    .addCommand(toolsCommand())
    .addCommand(callCommand())
    .addCommand(cleanupCommand())
    .addCommand(validateManifestsCommand());
}

export function serverRows(servers: Server[]): string {
  const rows = servers.map(({ name, status, transport, managedBy, sessions, version, reason }) => [
    ...[name, status, transport, managedBy, String(sessions), version, reason ?? ""],
  ]);
  return table(["NAME", "STATUS", "TRANSPORT", "MANAGED BY", "SESSIONS", "VERSION", ""], rows, "no servers");
}

function listCommand(): Command {
  return new Command("list")
    .alias("ls")
    .description("All servers and how they are")
    .option("--status <status>", "only running, starting, unhealthy, restarting, stopped or removing ones")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers list --status unhealthy"))
    .action(async ({ status, json }: Json & { status?: string }) => {
      const api = await Api.open(Scope.Read);
      const query = status ? `?status=${encodeURIComponent(status)}` : "";
      show(json, await api.list<Server>(`/v1/servers${query}`), serverRows);
    });
}

function showCommand(): Command {
  return new Command("show")
    .description("Everything about one server")
    .argument("<name>")
    .option("--json", "as JSON, its manifest as well")
    .addHelpText("after", examples("bin/dind-mcp servers show files"))
    .action(async (name: string, { json }: Json) => {
      const api = await Api.open(Scope.Read);
      show(json, await api.get<z.infer<typeof serverDetailSchema>>(path(name)), (server) => {
        const { container, image, usage, restarts, oomKills, tools, stats } = server;
        const facts = {
          "": `${server.title}: ${server.description}`,
          url: server.url,
          container: `${container.name} ${container.id.slice(0, 12)}, started ${server.startedAt ?? "never"}`,
          image: image.digest ?? image.id,
          sessions: `${usage.sessions} of ${usage.cap}, ${usage.inFlight} calls in flight`,
          memory: stats
            ? `${mib(stats.memory.usage)} of ${mib(stats.memory.limit)} MiB, ${stats.processes} processes`
            : "",
          restarts: `${restarts}, ${oomKills} processes killed for memory`,
          tools: tools
            ? `${tools.approved} approved, ${tools.changed} changed, ${tools.new} new, ${tools.hidden} hidden`
            : "it does not tell",
        };
        const lines = Object.entries(facts).map(([key, value]) => `${key.padEnd(10)} ${plain(value)}`);
        return [serverRows([server]), ...lines].join("\n");
      });
    });
}

const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);

function deployCommand(): Command {
  return new Command("deploy")
    .description("Runs an extra server from a manifest with an image, or replaces the one of that name")
    .argument("<file>", "a server.yaml, its folder, or - for standard input")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The server gets the same walls as the catalog's, within what dind-mcp:deploy allows; \`build\`, \`egress\` and
\`database\` need the catalog (\`servers add\`). Secrets come in an envelope {manifest, secrets} on standard input.
${examples("bin/dind-mcp servers deploy weather/server.yaml\nbin/dind-mcp servers deploy - < envelope.yaml")}`,
    )
    .action(async (file: string, { json }: Json) => {
      const text = readInput(file);
      const api = await Api.open(Scope.Admin);
      const deployed = api.post<z.infer<typeof deployedSchema>>("/v1/servers", text);
      show(json, await progress("deploying; until it is healthy", deployed), (server) =>
        [
          `${server.name}: ${server.change === "none" ? "runs already, exactly so" : server.change}`,
          serverRows([server]),
        ].join("\n"),
      );
    });
}

function removeCommand(): Command {
  return new Command("remove")
    .alias("rm")
    .description(
      "Removes an extra server with its volumes; one of the catalog leaves by the config key servers, and up",
    )
    .argument("<name>")
    .addHelpText("after", examples("bin/dind-mcp servers remove weather"))
    .action(async (name: string) => {
      const api = await Api.open(Scope.Admin);
      await progress(`removing ${name}`, api.delete(path(name)));
      show(false, name, () => `${name}: removed`);
    });
}

const DONE = { start: "started", stop: "stopped", restart: "restarted" } as const;

function lifecycleCommand(action: "start" | "stop" | "restart"): Command {
  const what = {
    start: "Starts servers and waits until they answer; one that runs is fine",
    stop: "Stops servers until somebody starts them, or `up`; their sessions end",
    restart: "Restarts servers; their sessions end",
  }[action];
  return new Command(action)
    .description(what)
    .argument("[names...]")
    .option("--all", "every server")
    .option("--json", "as JSON")
    .addHelpText("after", examples(`bin/dind-mcp servers ${action} files http`))
    .action(async (names: string[], { all, json }: Json & { all?: boolean }, command: Command) => {
      if ((names.length === 0) === !all) command.error(`error: name servers, or --all`);
      const api = await Api.open(Scope.Admin);
      const wanted = all
        ? (await (await Api.open(Scope.Read)).list<Server>("/v1/servers")).map(({ name }) => name)
        : names;
      const results: Server[] = [];
      for (const name of wanted) {
        const answer = api.post<Server>(path(name, action));
        const settled = action === "stop" ? answer : answer.then(() => untilSettled(api, name));
        results.push(await progress(`${action} ${name}`, settled));
      }
      show(json, results, (servers) =>
        servers.map(({ name, status }) => `${name}: ${DONE[action]}, ${status}`).join("\n"),
      );
    });
}

/** Milliseconds that a server may take to answer; its own health check gives up about then. */
const START_MS = 90_000;

/** The server when it is no longer starting. */
async function untilSettled(api: Api, name: string): Promise<Server> {
  const end = Date.now() + START_MS;
  for (;;) {
    const server = await api.get<Server>(path(name));
    if (server.status !== "starting" || Date.now() > end) return server;
    await sleep(200);
  }
}

function cleanupCommand(): Command {
  return new Command("cleanup")
    .description("Lists what nobody owns in the engine; with --yes removes it")
    .option("--yes", "remove it")
    .option("--force", "running containers of unknown origin as well")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers cleanup\nbin/dind-mcp servers cleanup --yes"))
    .action(async ({ yes, force, json }: Json & { yes?: boolean; force?: boolean }) => {
      const api = await Api.open(Scope.Admin);
      const body = { dryRun: !yes, ...(force ? { force } : {}) };
      const result = await progress("cleaning up", api.post<z.infer<typeof cleanupSchema>>("/v1/cleanup", body));
      if (result.items.some(({ error }) => error)) process.exitCode = ExitCode.Failed;
      show(json, result, ({ items, dryRun }) => {
        const rows = items.map(({ kind, name, id, bytes, reason, error }) => [
          ...[
            kind,
            name || id,
            bytes === undefined ? "" : `${mib(bytes)} MiB`,
            error ? `NOT REMOVED: ${error}` : reason,
          ],
        ]);
        const end = items.length === 0 ? "" : dryRun ? "\nnothing was removed; with --yes it is" : "\nremoved";
        return table(["KIND", "NAME", "SIZE", "WHY"], rows, "there is nothing that nobody owns") + end;
      });
    });
}
