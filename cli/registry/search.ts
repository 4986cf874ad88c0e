import { Command } from "commander";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { OFFICIAL_META, RUNNABLE } from "../../manifest/server-json";
import { examples, note, show, table } from "../output";
import { stackOption } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { type Listed, searchRegistry } from "./client";
import { limitOf } from "./limit";

/** A server that a search found. */
export interface FoundServer {
  name: string;
  title?: string;
  description: string;
  version: string;
  /** What the registry calls it other than active, like deprecated. */
  status?: string;
  /** `npm:NAME` and the like. */
  packages: string[];
  /** How many addresses it is served at. */
  remotes: number;
  /** The command that adds it; absent when none of its packages can run here. */
  add?: string;
}

/** A server of a registry's answer for people, and for scripts. Everything in it is the registry's word. */
export function foundServer({ server, _meta: meta }: Listed): FoundServer {
  const { name, title, description, version, packages, remotes } = server;
  const official = meta[OFFICIAL_META];
  const status = isMapping(official) && typeof official.status === "string" ? official.status : "active";
  const runs = packages.some(({ registryType }) => (RUNNABLE as readonly string[]).includes(registryType));
  const known = /^[\w.-]+\/[\w.-]+$/.test(name);
  return {
    ...{ name, ...(title ? { title } : {}), description: oneLine(description), version },
    ...(status === "active" ? {} : { status }),
    packages: packages.map(({ registryType, identifier }) => `${registryType}:${identifier}`),
    remotes: remotes.length,
    ...(runs && known ? { add: `bin/dind-mcp servers add ${name}${stackOption()}` } : {}),
  };
}

/** `servers search`. */
export function searchCommand(): Command {
  return new Command("search")
    .description("Looks for servers in the MCP registry of the config (serverRegistry), by a word of their names")
    .argument("<word>", "a part of the name, like github")
    .option("--limit <count>", "as many at most", limitOf, 30)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
What a registry says is what publishers say of themselves: nobody has looked at the programs.
${examples("bin/dind-mcp servers search filesystem\nbin/dind-mcp servers search github --limit 100 --json")}`,
    )
    .action(async (word: string, { limit, json }: { limit: number; json?: boolean }) => {
      const { serverRegistry } = await settingsOrDefaults();
      const { servers, more } = await searchRegistry(serverRegistry, word, limit);
      const found = servers.map(foundServer);
      show(json, found, () => table(["NAME", "VERSION", "PACKAGES", "WHAT IT DOES"], found.map(row), "no such server"));
      if (more) note(`there are more: --limit ${limit * 2} shows them, a longer word finds fewer`);
      if (found.some(({ add }) => add !== undefined)) note(`to add one: bin/dind-mcp servers add NAME${stackOption()}`);
    });
}

function row({ name, version, packages, remotes, status, description, add }: FoundServer): string[] {
  const kinds = [...packages, ...(remotes > 0 ? ["an address"] : [])].join(", ");
  const closed = add === undefined ? "cannot run here: " : "";
  return [name, version, kinds || "none", `${status ? `${status}: ` : ""}${closed}${oneLine(description, 100)}`];
}
