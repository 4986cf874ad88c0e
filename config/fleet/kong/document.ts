import { isMapping } from "../../../lib/mapping";
import type { Entity, Kind } from "./entities";

/** A declarative configuration of Kong's. */
export type KongDocument = Record<string, unknown>;

/** The kinds at the document's top, and what stands inside each of theirs, by the field that refers to it. */
const NESTED: Partial<Record<Kind, readonly [inner: Kind, reference: string][]>> = {
  upstreams: [["targets", "upstream"]],
  services: [
    ["routes", "service"],
    ["plugins", "service"],
  ],
};

/** The declarative configuration of entities, for Kong 3.0 and newer, DB-less as for decK. */
export function kongDocument(entities: Entity[], tag: string): KongDocument {
  const written = ({ id, fields }: Entity): Record<string, unknown> => ({ id, ...fields, tags: [tag] });
  const inside = (outer: Entity, [kind, reference]: readonly [Kind, string]): object[] =>
    entities
      .filter((entity) => entity.kind === kind && refersTo(entity, reference, outer.id))
      .map((entity) => {
        const { [reference]: _outer, ...rest } = written(entity);
        return rest;
      });
  const lists = Object.entries(NESTED).map(([kind, inner]) => [
    kind,
    entities
      .filter((entity) => entity.kind === kind)
      .map((outer) => ({
        ...written(outer),
        ...Object.fromEntries(inner.map((one) => [one[0], inside(outer, one)])),
      })),
  ]);
  return { _format_version: "3.0", ...Object.fromEntries(lists) };
}

function refersTo({ fields }: Entity, reference: string, id: string): boolean {
  const referred = fields[reference];
  return isMapping(referred) && referred.id === id;
}
