import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { serverDetailSchema } from "../../api/schemas/servers";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, show } from "../output";
import { mib, type Server, serverRows } from "./server";

/** `servers list`. */
export function listCommand(): Command {
  return new Command("list")
    .alias("ls")
    .description("All servers and how they are")
    .option("--status <status>", "only running, starting, unhealthy, restarting, stopped or removing ones")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers list --status unhealthy"))
    .action(async ({ status, json }: { json?: boolean; status?: string }) => {
      const api = await openApi(Scope.Read);
      const query = status ? `?status=${encodeURIComponent(status)}` : "";
      show(json, await api.list<Server>(`${paths.servers}${query}`), serverRows);
    });
}

/** Facts that not every server has: no line for those. */
const MAY_BE_ABSENT = ["remote", "signed in", "container", "image", "companions", "secrets"];

type Detail = z.infer<typeof serverDetailSchema>;

/** Who signed in, and how that is. */
function signedIn({ state, reason, by, subject, since }: NonNullable<Detail["authorization"]>): string {
  const who = by === undefined ? "" : `, ${subject ?? "somebody"} by the token ${by}, since ${since}`;
  return `${state}${who}${reason === undefined ? "" : `: ${reason}`}`;
}

/** Who has a secret's value. */
function secretText({ name, held, host }: Detail["secrets"][number]): string {
  return held === "proxy" ? `${name} at the proxy, for ${host}` : `${name} in the ${held}`;
}

/** `servers show`. */
export function showCommand(): Command {
  return new Command("show")
    .description("Everything about one server")
    .argument("<name>")
    .option("--json", "as JSON, its manifest as well")
    .addHelpText("after", examples("bin/dind-mcp servers show files"))
    .action(async (name: string, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Read);
      show(json, await api.get<Detail>(paths.server(name)), (server) => {
        const { authorization, container, image, remote, usage, restarts, oomKills, tools, stats } = server;
        const facts = {
          "": `${server.title}: ${server.description}`,
          url: server.url,
          remote: remote ? `${remote.url}, by ${remote.protocol}` : "",
          "signed in": authorization ? signedIn(authorization) : "",
          container: container
            ? `${container.name} ${container.id.slice(0, 12)}, started ${server.startedAt ?? "never"}`
            : "",
          image: image ? (image.digest ?? image.id) : "",
          sessions: `${usage.sessions} of ${usage.cap}, ${usage.inFlight} calls in flight`,
          memory: stats
            ? `${mib(stats.memory.usage)} of ${mib(stats.memory.limit)} MiB, ${stats.processes} processes`
            : "",
          storage: server.storage
            .map(({ name, path, size, used }) => {
              const held = used === undefined ? "not measured yet," : `${mib(used)}`;
              return `${name} at ${path}, ${held} of ${mib(size)} MiB`;
            })
            .join("; "),
          companions: server.companions
            .map(
              ({ name: own, shared, status, reason }) =>
                `${own}${shared ? " (shared)" : ""} ${status}${reason ? `: ${reason}` : ""}`,
            )
            .join("; "),
          secrets: server.secrets.map(secretText).join("; "),
          restarts: `${restarts}, ${oomKills} processes killed for memory`,
          tools: tools
            ? `${tools.approved} approved, ${tools.changed} changed, ${tools.new} new, ${tools.hidden} hidden`
            : "it does not tell",
        };
        const lines = Object.entries(facts)
          .filter(([key, value]) => !MAY_BE_ABSENT.includes(key) || value !== "")
          .map(([key, value]) => `${key.padEnd(10)} ${value}`);
        return [serverRows([server]), ...lines].join("\n");
      });
    });
}
