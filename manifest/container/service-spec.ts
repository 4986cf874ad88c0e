import { goDuration, milliseconds } from "../../lib/durations";
import { secretFiles } from "../manifest";
import type { Service, SharedService } from "../service-types";
import type { Manifest } from "../types";
import { type ContainerSpecOptions, nameServers, outsideHosts, secretMounts, secretVolumes } from "./container-spec";
import type { ContainerSpec, HealthcheckSpec } from "./container-types";
import { containerLabels, Label, Owner, Role } from "./labels";
import { containerName } from "./names";
import { INIT, serviceProgram } from "./program";
import { neighbours, proxyEnvironment } from "./proxy-environment";
import { type Storing, storageMounts } from "./storage-folders";
import { serviceAddress } from "./subnets";
import { walls } from "./walls";

/** How a companion is called where its server's name alone would not do. No server's name has a dot in it. */
export function serviceName(server: string, service: string): string {
  return `${server}.${service}`;
}

/** Name of a companion's container. */
export function serviceContainer(server: string, service: string): string {
  return containerName(serviceName(server, service));
}

/** A companion's storage, whose folders begin with the name of its server. */
export function serviceStoring(
  { name: server }: Pick<Manifest, "name">,
  { name, user, storage }: Pick<Service, "name" | "user" | "storage">,
): Storing {
  return { name: serviceName(server, name), user, storage, home: false, mounts: [] };
}

/** Stands for the server in what a shared service is called: no server has this name (rules.ts). */
export const SHARED = "shared";

type Neighbours = Pick<Manifest, "user" | "services" | "uses">;

/** A shared service's address in the network of a server that uses it: next to those of the companions. */
function sharedAddress({ user, services, uses }: Neighbours, name: string): string {
  return serviceAddress(user, services.length + uses.indexOf(name));
}

/** Addresses in a server's network that may not use its ways out: shared services, and companions that do not ask for them. */
export function withoutEgress(manifest: Neighbours): string[] {
  const { user, services, uses } = manifest;
  const own = services.flatMap(({ egress }, index) => (egress ? [] : [serviceAddress(user, index)]));
  return [...own, ...uses.map((name) => sharedAddress(manifest, name))];
}

function healthcheck({ health }: Pick<Service, "health">): HealthcheckSpec {
  const { command, port, retries } = health;
  const timeout = milliseconds(health.timeout);
  const go = (text: string): string => goDuration(milliseconds(text));
  const ofPort = [INIT.target, "check", "--port", String(port), "--timeout-ms", String(timeout)];
  return {
    tests: ["CMD", ...(command ?? ofPort)],
    interval: go(health.interval),
    // As for servers: a check of ours can still print its line with the reason.
    timeout: goDuration(timeout + (command ? 0 : 1_000)),
    retries,
    startPeriod: go(health.startPeriod),
    startInterval: go(health.startInterval),
  };
}

/** Where a companion is, and what only some have. */
interface Place extends Pick<ContainerSpec, "addresses" | "env" | "hosts" | "dns"> {
  storing: Storing;
  labels: Record<string, string>;
}

/** What companions of one server and shared services have in common: a server's walls. */
function besideServers(
  service: Omit<Service, "egress">,
  { storing, labels, ...place }: Place,
  { image, stack, managedBy = Owner.Pulumi }: ContainerSpecOptions,
): ContainerSpec {
  const { mounts, env, ...run } = serviceProgram(service);
  const secrets = secretFiles(service);
  return {
    ...walls({ ...service, ...storing }),
    ...place,
    name: containerName(storing.name),
    hostname: service.name,
    image,
    ...run,
    groups: [],
    ...(service.workdir ? { workdir: service.workdir } : {}),
    env: { ...place.env, ...env },
    labels: containerLabels({
      [Label.ManagedBy]: managedBy,
      [Label.Companion]: service.name,
      [Label.Stack]: stack,
      ...labels,
    }),
    mounts: [...mounts, ...secretMounts(storing.name, secrets), ...storageMounts(storing, managedBy)],
    volumes: secretVolumes(storing.name, secrets),
    // Not a server's network itself: Docker would ignore the address there.
    networkMode: "bridge",
    healthcheck: healthcheck(service),
    secretFiles: secrets,
  };
}

/** Turns a companion of a server into its container. Pure. It has a server's walls, and nobody but its server reaches it. */
export function serviceSpec(manifest: Manifest, service: Service, options: ContainerSpecOptions): ContainerSpec {
  const { name, user } = manifest;
  const own = { HOME: "/tmp", ...service.env };
  const ip = serviceAddress(user, manifest.services.indexOf(service));
  const place: Place = {
    storing: serviceStoring(manifest, service),
    labels: { [Label.Role]: Role.Companion, [Label.Server]: name },
    env: service.egress ? proxyEnvironment(own, neighbours(manifest)) : own,
    hosts: service.egress ? outsideHosts(manifest) : {},
    dns: service.egress ? nameServers(manifest) : [],
    addresses: [{ network: containerName(name), ip, alias: service.name }],
  };
  return besideServers(service, place, options);
}

/** A shared service's storage, whose folders begin with SHARED. */
export function sharedStoring(service: SharedService): Storing {
  return serviceStoring({ name: SHARED }, service);
}

/**
 * Turns a shared service into its container. Pure. It is in the network of each server that uses it: so they reach it, and
 * not each other. It has no way out.
 */
export function sharedSpec(service: SharedService, users: Manifest[], options: ContainerSpecOptions): ContainerSpec {
  const place: Place = {
    storing: sharedStoring(service),
    labels: { [Label.Role]: Role.SharedService },
    env: { HOME: "/tmp", ...service.env },
    hosts: {},
    dns: [],
    addresses: users.map((user) => {
      return { network: containerName(user.name), ip: sharedAddress(user, service.name), alias: service.name };
    }),
  };
  return besideServers(service, place, options);
}
