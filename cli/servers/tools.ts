import { Command } from "commander";
import type { z } from "zod";
import type { ApiClient } from "../../api/client";
import { paths } from "../../api/paths";
import type { toolsSchema } from "../../api/schemas/tools";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { expected } from "../errors";
import { examples, note, progress, show, table } from "../output";
import type { Server } from "./server";

export type Tool = z.infer<typeof toolsSchema>["items"][number] & { server: string };

/** The tools of one server. */
export async function toolsOf(api: ApiClient, server: string): Promise<Tool[]> {
  const { items } = await api.get<z.infer<typeof toolsSchema>>(paths.tools(server));
  return items.map((tool) => ({ server, ...tool }));
}

/** `servers tools`. */
export function toolsCommand(): Command {
  return new Command("tools")
    .description("The tools of a server, or of all that run")
    .argument("[name]")
    .option("--json", "as JSON, with their schemas")
    .addHelpText("after", examples("bin/dind-mcp servers tools files\nbin/dind-mcp servers tools --json"))
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Read);
      const servers = name
        ? [name]
        : (await api.list<Server>(`${paths.servers}?status=running`)).map((server) => server.name);
      const asked = Promise.all(servers.map((server) => (name ? toolsOf(api, server) : toolsOrNone(api, server))));
      const tools = (await progress("asking the servers", asked)).flat();
      show(json, tools, (all) => {
        const width = Math.max(20, (process.stdout.columns ?? 120) - 50);
        const rows = all.map(({ server, name: tool, approval, visible, definition, mcpName, problem }) => [
          server,
          mcpName === undefined || mcpName === `${server}__${tool}` ? tool : `${tool} (on /mcp: ${mcpName})`,
          [approval, ...(visible ? [] : ["hidden"]), ...(problem ? [`left out: ${problem}`] : [])].join(", "),
          short(String(definition.description ?? ""), width),
        ]);
        return table(["SERVER", "TOOL", "APPROVAL", "DESCRIPTION"], rows, "no tools");
      });
    });
}

/** A server that fails must not hide the others' tools. Its error goes beside them, and into the exit code. */
async function toolsOrNone(api: ApiClient, server: string): Promise<Tool[]> {
  try {
    return await toolsOf(api, server);
  } catch (error) {
    const told = expected(error);
    if (!told) throw error;
    note(`${server}: ${told.message}`);
    process.exitCode = told.code;
    return [];
  }
}

function short(text: string, width: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > width ? `${line.slice(0, width - 3)}...` : line;
}
