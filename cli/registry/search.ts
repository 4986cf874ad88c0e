import { Command } from "commander";
import { oneLine } from "../../lib/plain-text";
import type { Listed } from "../../manifest/registry/client";
import { type ListedServer, listedServer } from "../../manifest/registry/listed-server";
import { examples, note, show, table } from "../output";
import { stackOption } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { searchRegistry } from "./client";
import { limitOf } from "./limit";

/** A server that a search found. */
export interface FoundServer extends Omit<ListedServer, "runs"> {
  /** The command that adds it; absent when none of its packages can run here. */
  add?: string;
}

/** A server of a registry's answer for people, and for scripts. */
export function foundServer(one: Listed): FoundServer {
  const { runs, ...listed } = listedServer(one);
  return { ...listed, ...(runs ? { add: `bin/dind-mcp servers add ${listed.name}${stackOption()}` } : {}) };
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
