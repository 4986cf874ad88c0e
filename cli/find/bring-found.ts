import { type Bringing, type Brought, bring, notBrought } from "../import/bring";
import { understand } from "../import/understand";
import type { Loose } from "./found";

/** A server that was found, and what became of it. */
export interface BroughtFound extends Brought {
  loose: Loose;
}

/** Entries of files come first. A process may be the same server, and knows no better name than its package's. */
const ORDER: Record<Loose["kind"], number> = { file: 0, container: 1, process: 2 };

/** Brings each server once; a process that a client's file starts is brought with that file's entry. */
export async function bringFound(found: Loose[], how: Bringing): Promise<BroughtFound[]> {
  const done = new Map<string, Brought>();
  const all: BroughtFound[] = [];
  for (const loose of [...found].sort((one, other) => ORDER[one.kind] - ORDER[other.kind])) {
    const here = { ...how, where: { ...how.where, folder: loose.folder } };
    const start = understand(loose.server, here.where);
    const key = "why" in start ? undefined : JSON.stringify([start.source, start.args]);
    const before = key === undefined ? undefined : done.get(key);
    const brought = before
      ? { ...notBrought(loose.name, ""), name: before.name, there: true, from: before.from, why: before.why }
      : await bring({ name: loose.name, server: loose.server }, here);
    if (key !== undefined && !before) done.set(key, brought);
    all.push({ ...brought, entry: loose.where, loose });
  }
  return all;
}
