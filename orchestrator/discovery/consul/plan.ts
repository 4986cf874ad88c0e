import { isDeepStrictEqual } from "node:util";
import type { FoundCheck, FoundService } from "./agent";
import { checksOf, idPrefix, Owner, type Registrant, type Service } from "./service";

/** What the agent has. */
export interface Found {
  services: readonly FoundService[];
  checks: readonly FoundCheck[];
}

/** What makes the agent have what it should. */
export interface Plan {
  /** Not there, or not as it should be. */
  register: Service[];
  /** Ids of this fleet's services that should be gone. */
  deregister: string[];
  /** Ids that somebody else's services have; they are left alone. */
  taken: string[];
}

/** Compares the services that should be with those that the agent has. What is not this fleet's own is never touched. */
export function plan(wanted: readonly Service[], found: Found, registrant: Pick<Registrant, "fleet">): Plan {
  const there = new Map(found.services.map((service) => [service.ID, service]));
  const checks = new Map(found.checks.map((check) => [check.CheckID, check.ServiceID]));
  const isOwn = ({ ID, Meta }: FoundService): boolean =>
    ID.startsWith(idPrefix(registrant)) && Meta?.[Owner.Fleet] === registrant.fleet;
  const isTaken = ({ id }: Service): boolean => {
    const known = there.get(id);
    return known !== undefined && !isOwn(known);
  };
  const isRight = (service: Service): boolean =>
    isSame(service, there.get(service.id)) &&
    Object.keys(checksOf(service)).every((check) => checks.get(check) === service.id);
  const ids = new Set(wanted.map(({ id }) => id));
  return {
    register: wanted.filter((service) => !isTaken(service) && !isRight(service)),
    deregister: found.services.filter((service) => isOwn(service) && !ids.has(service.ID)).map(({ ID }) => ID),
    taken: wanted.filter(isTaken).map(({ id }) => id),
  };
}

function isSame({ name, address, port, tags, meta }: Service, found: FoundService | undefined): boolean {
  if (!found) return false;
  const { Service: Name, Address, Port, Tags, Meta } = found;
  return isDeepStrictEqual(
    [name, address, port, tags, { ...meta }],
    [Name, Address, Port, Tags ?? [], { ...(Meta ?? {}) }],
  );
}
