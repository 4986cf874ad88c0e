import { goDuration, milliseconds } from "../../lib/durations";
import { secretFiles } from "../manifest";
import type { Service } from "../service-types";
import type { Manifest } from "../types";
import {
  type ContainerSpecOptions,
  nameServers,
  outsideHosts,
  secretMounts,
  secretVolumes,
  serverNetwork,
} from "./container-spec";
import type { ContainerSpec, HealthcheckSpec } from "./container-types";
import { containerLabels, Label, Owner, Role } from "./labels";
import { containerName } from "./names";
import { INIT, serviceProgram } from "./program";
import { proxyEnvironment } from "./proxy-environment";
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
export function serviceStoring({ name: server }: Pick<Manifest, "name">, { name, user, storage }: Service): Storing {
  return { name: serviceName(server, name), user, storage, home: false, mounts: [] };
}

/** Addresses of the companions that may not use their server's ways out. */
export function withoutEgress({ user, services }: Pick<Manifest, "user" | "services">): string[] {
  return services.flatMap(({ egress }, index) => (egress ? [] : [serviceAddress(user, index)]));
}

function healthcheck({ health }: Service): HealthcheckSpec {
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

/** Turns a companion of a server into its container. Pure. It has a server's walls, and nobody but its server reaches it. */
export function serviceSpec(manifest: Manifest, service: Service, options: ContainerSpecOptions): ContainerSpec {
  const { name: server, user } = manifest;
  const { stack, image, managedBy = Owner.Pulumi } = options;
  const storing = serviceStoring(manifest, service);
  const { mounts, env, ...run } = serviceProgram(service);
  const secrets = secretFiles(service);
  const own = { HOME: "/tmp", ...service.env };
  const others = manifest.services.map(({ name }) => name);
  return {
    ...walls({ ...service, ...storing }),
    name: containerName(storing.name),
    hostname: service.name,
    image,
    ...run,
    groups: [],
    ...(service.workdir ? { workdir: service.workdir } : {}),
    env: { ...(service.egress ? proxyEnvironment(own, others) : own), ...env },
    labels: containerLabels({
      [Label.ManagedBy]: managedBy,
      [Label.Role]: Role.Companion,
      [Label.Companion]: service.name,
      [Label.Server]: server,
      [Label.Stack]: stack,
    }),
    mounts: [...mounts, ...secretMounts(storing.name, secrets), ...storageMounts(storing, managedBy)],
    volumes: secretVolumes(storing.name, secrets),
    // Not the server's network itself: Docker would ignore the address there.
    networkMode: "bridge",
    network: serverNetwork(manifest),
    address: { ip: serviceAddress(user, manifest.services.indexOf(service)), alias: service.name },
    hosts: service.egress ? outsideHosts(manifest) : {},
    dns: service.egress ? nameServers(manifest) : [],
    healthcheck: healthcheck(service),
    secretFiles: secrets,
  };
}
