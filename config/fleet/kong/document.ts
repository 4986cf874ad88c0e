import { isMapping } from "../../../lib/mapping";
import type { Entity, Kind } from "./entities";

/** A declarative configuration of Kong's. */
export interface KongDocument {
  /** Of Kong 3.0 and newer. */
  _format_version: "3.0";
  /** The fleet's ports, with their health checks and targets. */
  upstreams: Record<string, unknown>[];
  /** A service for each server, for all else of the API, for what needs no key and for the page; with routes and plugins. */
  services: Record<string, unknown>[];
}

/** The kinds at the document's top, and what stands inside each of theirs, by the field that refers to it. */
const NESTED = {
  upstreams: [["targets", "upstream"]],
  services: [
    ["routes", "service"],
    ["plugins", "service"],
  ],
} satisfies Partial<Record<Kind, [inner: Kind, reference: string][]>>;

/** The declarative configuration of entities, for Kong 3.0 and newer, DB-less as for decK. */
export function kongDocument(entities: Entity[], tag: string): KongDocument {
  const written = ({ id, fields }: Entity): Record<string, unknown> => ({ id, ...fields, tags: [tag] });
  const inside = (outer: Entity, [kind, reference]: [Kind, string]): object[] =>
    entities
      .filter((entity) => entity.kind === kind && refersTo(entity, reference, outer.id))
      .map((entity) => {
        const { [reference]: _outer, ...rest } = written(entity);
        return rest;
      });
  const list = (kind: keyof typeof NESTED) =>
    entities
      .filter((entity) => entity.kind === kind)
      .map((outer) => ({
        ...written(outer),
        ...Object.fromEntries(NESTED[kind].map((one) => [one[0], inside(outer, one)])),
      }));
  return { _format_version: "3.0", upstreams: list("upstreams"), services: list("services") };
}

function refersTo({ fields }: Entity, reference: string, id: string): boolean {
  const referred = fields[reference];
  return isMapping(referred) && referred.id === id;
}
