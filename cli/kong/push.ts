import { type KongDocument, kongDocument } from "../../config/fleet/kong/document";
import type { Entity } from "../../config/fleet/kong/entities";
import { isMapping } from "../../lib/mapping";
import { parseYaml } from "../../lib/yaml";
import { CliError } from "../errors";
import type { AdminApi } from "./admin-api";
import { isDone, type Plan, planOf } from "./plan";

/** What a push did, or would do. */
export interface Pushed extends Plan {
  /** Whether Kong has no database, so that its configuration was replaced as a whole. */
  isDbLess: boolean;
}

/**
 * Makes Kong have these entities, and no other ones with the tag. What has not got the tag stays as it is. Where nothing
 * has to change, nothing is sent.
 * @param dryRun only says what it would do
 * @throws CliError that says what Kong refused; a database then has what came before it, a Kong without has the old
 */
export async function push(admin: AdminApi, entities: Entity[], tag: string, dryRun = false): Promise<Pushed> {
  const isDbLess = await admin.isDbLess();
  const plan = planOf(entities, await admin.present(tag));
  if (!dryRun && !isDone(plan)) {
    if (isDbLess) await admin.load(merged(await admin.config(), kongDocument(entities, tag), tag));
    else await apply(admin, plan, tag);
  }
  return { ...plan, isDbLess };
}

async function apply(admin: AdminApi, { create, update, remove }: Plan, tag: string): Promise<void> {
  for (const one of remove) await admin.remove(one); // first: their names may be wanted again
  for (const one of [...create, ...update]) await admin.put(one, tag);
}

/** The configuration that Kong has, with our part of it made anew. */
function merged(yaml: string, ours: KongDocument, tag: string): Record<string, unknown> {
  const parsed = parseYaml(yaml);
  if (parsed.findings) throw new CliError("GET /config: got a configuration that is no YAML, expected Kong's own");
  const { document } = parsed;
  const whole: Record<string, unknown> = isMapping(document) ? { ...document } : {};
  for (const [kind, rows] of Object.entries(whole)) {
    if (Array.isArray(rows)) whole[kind] = rows.filter((row) => !hasTag(row, tag));
  }
  for (const [kind, rows] of Object.entries(ours)) {
    const others = whole[kind];
    whole[kind] = Array.isArray(rows) ? [...(Array.isArray(others) ? others : []), ...rows] : (others ?? rows);
  }
  return whole;
}

function hasTag(row: unknown, tag: string): boolean {
  return isMapping(row) && Array.isArray(row.tags) && row.tags.includes(tag);
}
