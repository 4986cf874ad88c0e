import type { Settings } from "../../config/settings";
import { shellWord } from "../../lib/shell-word";
import { stackOption } from "../project";
import { type Plan, shownPath } from "./plan";

/** Where the stack stands. */
export interface Stack {
  name: string;
  settings: Pick<Settings, "catalog" | "servers">;
  /** The project's folder. */
  root: string;
}

/** The commands from a new folder to a running server. */
export function nextSteps({ name, target, needs, secrets, folder }: Plan & { folder: string }, stack: Stack): string[] {
  const { settings, root } = stack;
  const option = stackOption(stack.name);
  const list = shownPath(folder, root);
  const known = settings.catalog.some((one) => shownPath(one, root) === list);
  // All of the catalog: that it is ["mcp"] may be written nowhere. What selects servers is in the config.
  const folders = known ? [] : setItems("catalog", [...settings.catalog, list], 0);
  const selects = settings.servers.length > 0 && !settings.servers.includes(name);
  const servers = selects ? setItems("servers", [...settings.servers, name], settings.servers.length) : [];
  const values = secrets.map((secret) => `bin/dind-mcp secrets set ${name} ${secret}${option}`);
  const config = [...folders, ...servers];
  return [
    ...(needs.length > 0 ? [`fill in ${shownPath(target, root)}/server.yaml`] : []),
    `bin/dind-mcp servers validate${known ? option : ` ${shellWord(target.slice(0, -name.length - 1))}`}`,
    ...(config.length > 0 ? [`eval "$(bin/dind-mcp env${option})"`] : []),
    ...config,
    ...values,
    `bin/dind-mcp up${option}`,
  ];
}

/** Commands that set a list's items, from one on. */
function setItems(key: string, items: string[], from: number): string[] {
  return items.flatMap((item, index) =>
    index < from ? [] : [`pulumi config set --path 'dind-mcp:${key}[${index}]' ${shellWord(item)}`],
  );
}
