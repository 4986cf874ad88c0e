import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { foreign } from "../output";
import { projectFolder } from "../project";
import type { Draft } from "./draft";
import type { Rehearsed } from "./rehearse";

/** What became of a server's update. */
export interface Updated extends Omit<Draft, "files"> {
  /** Paths of the files that change, from the project's folder. */
  files: string[];
  /** Absent where there is nothing newer to take. */
  rehearsal?: Rehearsed;
  /** `current`: nothing to take. `fits`: a dry run. `unfit`: the rehearsal failed. `taken back`: it did not get healthy. */
  outcome: "current" | "fits" | "unfit" | "updated" | "taken back";
  /** Why it was taken back. */
  reason?: string;
}

/** Paths of a draft's files, from the project's folder. */
export function filesOf({ folder, files }: Pick<Draft, "folder" | "files">): string[] {
  return Object.keys(files).map((file) => relative(projectFolder(), join(folder, file)));
}

/** What a server's rehearsal showed, for people. */
export function rehearsalText({ server, changes, left, rehearsal }: Omit<Updated, "outcome" | "files">): string {
  const lines = [...changes, ...left.map((line) => `left: ${line}`)];
  return [server, ...[...lines, ...(rehearsal ? said(rehearsal) : [])].map((line) => `  ${line}`)].join("\n");
}

function said({ fit, untried, reason, logs = [], tools }: Rehearsed): string[] {
  if (!fit) return [`it fails: ${foreign(reason ?? "")}`, ...logs.map((line) => `  | ${foreign(line)}`)];
  if (untried !== undefined) return [`not tried: ${untried}`];
  if (!tools) return ["healthy; nothing to compare its tools with"];
  const { added, removed, changed, same } = tools;
  return [
    `healthy; tools: ${same} the same, ${changed.length} changed, ${added.length} added, ${removed.length} removed`,
    ...added.map((name) => `+ ${foreign(name)}`),
    ...removed.map((name) => `- ${foreign(name)}`),
    ...changed.map(({ name, before, after }) => `~ ${foreign(name)}: ${differing(before, after).join(", ")}`),
  ];
}

/** Names of what differs in two definitions: description, the arguments that are others, and so on. */
export function differing(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => !isDeepStrictEqual(old[key], now[key]),
  );
}

/** A definition with each argument under a name of its own. */
function flat({ inputSchema, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const { properties, ...schema } = (inputSchema ?? {}) as { properties?: Record<string, unknown> };
  const each = Object.entries(properties ?? {}).map(([name, one]) => [`argument ${name}`, one] as const);
  return { ...rest, ...Object.fromEntries(each), inputSchema: schema };
}

/** How it ended, and what to do with the files. */
export function outcomesText(all: Updated[]): string {
  const of = (outcome: Updated["outcome"]): Updated[] => all.filter((one) => one.outcome === outcome);
  const names = (some: Updated[]): string => some.map(({ server }) => server).join(", ");
  const updated = of("updated");
  const back = of("taken back").map(
    ({ server, reason }) => `taken back, as it did not get healthy: ${server}: ${reason}`,
  );
  const approvals = updated.filter(({ rehearsal }) => {
    const { added = [], changed = [] } = rehearsal?.tools ?? {};
    return added.length + changed.length > 0;
  });
  return [
    ...(of("fits").length > 0 ? [`would be updated: ${names(of("fits"))}; nothing was changed`] : []),
    ...(of("unfit").length > 0 ? [`left as they are, as the newer version fails: ${names(of("unfit"))}`] : []),
    ...back,
    ...(updated.length > 0 ? [`updated: ${names(updated)}`, ...commit(updated)] : []),
    ...(approvals.length > 0
      ? [
          `new and changed tools wait for approval: POST /v1/servers/NAME/tools/approve, or the page (${names(approvals)})`,
        ]
      : []),
    ...(all.every(({ outcome }) => outcome === "current") ? ["nothing was updated"] : []),
  ].join("\n");
}

/** The commands that commit what was changed, and that take it back. */
function commit(updated: Updated[]): string[] {
  const files = updated.flatMap((one) => one.files);
  const changes = updated.flatMap((one) => one.changes).join("; ");
  const back = updated.map(({ server }) => `bin/dind-mcp update --rollback ${server}`);
  return [
    `to keep it: git add ${files.join(" ")} && git commit -m ${JSON.stringify(changes)}`,
    `to take it back: ${back.join("; ")}`,
  ];
}
