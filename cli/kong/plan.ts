import { isDeepStrictEqual } from "node:util";
import { type Entity, KINDS, type Kind } from "../../config/fleet/kong/entities";
import { isMapping } from "../../lib/mapping";

/** An entity that Kong has, with our tag. */
export interface Present {
  kind: Kind;
  id: string;
  title: string;
  fields: Record<string, unknown>;
}

/** What has to be done so that Kong has what it should, each in the order in which it is done. */
export interface Plan {
  create: Entity[];
  update: Entity[];
  remove: Present[];
}

/** Compares what is wanted with what carries our tag. Fields that Kong added of its own are no difference. */
export function planOf(wanted: Entity[], present: Present[]): Plan {
  const have = new Map(present.map((one) => [one.id, one]));
  const want = new Set(wanted.map(({ id }) => id));
  const gone = present.filter(({ id }) => !want.has(id));
  return {
    create: wanted.filter(({ id }) => !have.has(id)),
    update: wanted.filter(({ id, fields }) => have.has(id) && !holds(have.get(id)?.fields, fields)),
    // What refers to another goes before it.
    remove: [...KINDS].reverse().flatMap((kind) => gone.filter((one) => one.kind === kind)),
  };
}

/** Tells whether nothing has to be done. */
export function isDone({ create, update, remove }: Plan): boolean {
  return create.length + update.length + remove.length === 0;
}

/** Tells whether a value has all that is wanted of it; sets come back in another order. */
function holds(present: unknown, wanted: unknown): boolean {
  if (isMapping(wanted)) {
    return isMapping(present) && Object.entries(wanted).every(([name, value]) => holds(present[name], value));
  }
  if (Array.isArray(wanted)) {
    return Array.isArray(present) && isDeepStrictEqual([...present].sort(), [...wanted].sort());
  }
  return present === wanted;
}
