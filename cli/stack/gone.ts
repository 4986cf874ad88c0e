import { projectFolder } from "../project";
import { namedServers } from "./converge/converge";
import { WITHOUT_QUESTIONS } from "./passing";
import { runUp } from "./pulumi";
import { stackSettings } from "./settings";
import { type Deployment, exportState } from "./state";

const SERVER = "dind-mcp:index:McpServer";

/**
 * Removes the servers that the config no longer names. Pulumi removes nothing after an error, so an `up` that could not
 * make one server would keep those that are to go. Their networks wait for the next `up`: the egress proxy may be in them.
 */
export async function removeGone(aside: boolean): Promise<void> {
  const state = await exportState();
  if (!state) return;
  const urns = goneServers(state.deployment, namedServers(await stackSettings(), projectFolder()));
  if (urns.length === 0) return;
  await runUp(["destroy", ...WITHOUT_QUESTIONS, ...urns.flatMap((urn) => ["--target", urn])], aside);
}

/** The URNs of servers other than these, with all that belongs to each. Pure. @param named servers that stay */
export function goneServers({ resources = [] }: Deployment, named: string[]): string[] {
  const gone = new Set<string>();
  // Pulumi's state has parents before their children.
  for (const { urn, type, parent = "" } of resources) {
    const name = urn.split("::").at(-1) ?? "";
    if (gone.has(parent) || (type === SERVER && !named.includes(name))) gone.add(urn);
  }
  return [...gone];
}
