import type { z } from "zod";
import type { toolChangesSchema } from "../../api/schemas/rehearsal";
import type { ToolReport } from "../gateway/gateway-api";

export type ToolChanges = z.infer<typeof toolChangesSchema>;
type Defined = Pick<ToolReport, "name" | "digest" | "definition">;

/** Compares the tools of two versions of a server by their definitions. Of two of a name, the last one counts. */
export function toolChanges(before: Defined[], after: Defined[]): ToolChanges {
  const [old, now] = [byName(before), byName(after)];
  const both = [...now.values()].flatMap((tool) => {
    const was = old.get(tool.name);
    return was ? [{ was, tool }] : [];
  });
  const changed = both.filter(({ was, tool }) => was.digest !== tool.digest);
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: changed.map(({ was, tool }) => ({ name: tool.name, before: was.definition, after: tool.definition })),
    same: both.length - changed.length,
  };
}

function byName(tools: Defined[]): Map<string, Defined> {
  return new Map(tools.map((tool) => [tool.name, tool]));
}
