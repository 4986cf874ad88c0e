import type { ContainerCreateOptions } from "dockerode";
import { MEBIBYTE, parseBytes } from "../../lib/sizes";
import { PROXY, PUBLIC, parseEgress } from "../egress-hosts";
import { LEARNING_ADDRESS, OUTBOUND, PROXY_UID } from "../proxy/outbound";
import { relayTable } from "../proxy/relay-table";
import { squidConf } from "../proxy/squid-conf";
import { HOME } from "../storage";
import type { Manifest } from "../types";
import type { ContainerSpec } from "./container-types";
import { createOptions } from "./create-options";
import { containerLabels, Label, Owner, Role } from "./labels";
import { containerName } from "./names";
import { proxyAddress, serverSubnet } from "./subnets";

// The walls that are opened for a throwaway copy of a server, from which `servers learn` reads what the server needs. All
// others stay: its own user, no capability, no new privileges, its own network, no private address. docs/security.md tells
// why each is opened.

const SUFFIX = "-learn";
const LONGEST_NAME = 32;
/** What a copy may use, so that what it would like to use can be measured; a manifest that says more keeps it. */
const ROOM = { cpus: 2, memory: "2g", processes: 1_024, scratch: "512m" };

/** The name of a server's copy. */
export function learningName(server: string): string {
  return `${server.slice(0, LONGEST_NAME - SUFFIX.length).replace(/-+$/, "")}${SUFFIX}`;
}

/** True for what may be a copy's name. Labels alone do not tell: a container has those of its image too. */
export function isLearningName(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/** Why no copy of a server can learn; undefined when one can. */
export function learningProblem({ database, services, uses, name, secrets }: Manifest): string | undefined {
  if (isLearningName(name)) return "it is such a copy itself";
  if (secrets.some(({ inject }) => inject))
    return "the stack's egress proxy has keys of its, and a copy has a proxy of its own";
  if (database) return "it uses the stack's database, which a copy does not reach";
  return services.length + uses.length > 0 ? "it has services beside it, which a copy has not" : undefined;
}

/**
 * The manifest of a server's copy: every public host, more room, storage of its own, which is empty. Folders of the host
 * are left out, and the workspace is read-only: nothing of anybody's is changed.
 */
export function learningManifest(manifest: Manifest, user: number): Manifest {
  const { resources, scratch, mounts, egress, sessions } = manifest;
  const public_ = egress.filter((line) => {
    const target = parseEgress(line);
    return line !== PUBLIC && typeof target === "object" && !target.isPrivate;
  });
  return {
    ...manifest,
    name: learningName(manifest.name),
    user,
    egress: [PUBLIC, ...public_],
    mounts: mounts.filter(({ volume }) => volume !== undefined).map((mount) => ({ ...mount, readOnly: true })),
    resources: {
      cpus: Math.max(resources.cpus, ROOM.cpus),
      memory: larger(resources.memory, ROOM.memory),
      processes: Math.max(resources.processes, ROOM.processes),
    },
    scratch: { ...scratch, size: larger(scratch.size, ROOM.scratch) },
    sessions: { ...sessions, warmPool: 0 },
  };
}

function larger(one: string, other: string): string {
  return (parseBytes(one) ?? 0) >= (parseBytes(other) ?? 0) ? one : other;
}

/**
 * The container of a copy. Its root file system can be written (its folders are opened to its user, see open-folders.ts), so
 * that Docker can tell what was; HOME is there as well.
 * @param learning the server that it is a copy of; milliseconds since 1970, when it is to be removed
 */
export function learningOptions(
  spec: ContainerSpec,
  { home }: Pick<Manifest, "home">,
  { server, until }: { server: string; until: number },
): ContainerCreateOptions {
  const env = home ? spec.env : { ...spec.env, HOME: HOME.path };
  const labels = { ...spec.labels, [Label.LearnsUntil]: String(until), [Label.CopyOf]: server };
  const options = createOptions({ ...spec, env, labels });
  return { ...options, HostConfig: { ...options.HostConfig, ReadonlyRootfs: false } };
}

/** Name of the container of a copy's proxy. */
export function learningProxyName(copy: string): string {
  return `${containerName(copy)}-egress`;
}

/** Bytes of memory, processors, processes of its proxy: one server's. */
const PROXY_ROOM = { memory: 128 * MEBIBYTE, cpus: 0.5, processes: 64 };

/**
 * The egress proxy of a copy alone, on its way out only; it is joined to the copy's network before it starts. With the very
 * rules of `egress: public`.
 * @param image id of the stack's image of the egress proxy
 */
export function learningProxy(
  { name, user, egress, transparentEgress }: Manifest,
  stack: string,
  image: string,
): ContainerCreateOptions {
  const rule = { server: name, subnet: serverSubnet(user).subnet, egress, privateHosts: [] };
  const relayed = relayTable([{ address: proxyAddress(user), egress, transparentEgress }]);
  const limit = (Name: string, most: number) => ({ Name, Soft: most, Hard: most });
  return {
    name: learningProxyName(name),
    Image: image,
    User: `${PROXY_UID}:${PROXY_UID}`,
    Env: [
      `SQUID_CONF=${squidConf([rule], { outgoingAddress: LEARNING_ADDRESS })}`,
      ...(relayed ? [`RELAYED=${relayed}`] : []),
    ],
    Labels: containerLabels({
      [Label.ManagedBy]: Owner.Api,
      [Label.Stack]: stack,
      [Label.Role]: Role.LearningEgress,
      [Label.Server]: name,
    }),
    Healthcheck: { Test: ["NONE"] },
    NetworkingConfig: { EndpointsConfig: { [OUTBOUND.name]: { IPAMConfig: { IPv4Address: LEARNING_ADDRESS } } } },
    HostConfig: {
      NetworkMode: OUTBOUND.name,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Tmpfs: { "/tmp": "size=16m,mode=1777" },
      Memory: PROXY_ROOM.memory,
      MemorySwap: PROXY_ROOM.memory,
      NanoCpus: PROXY_ROOM.cpus * 1e9,
      Ulimits: [limit("core", 0), limit("nofile", 8_192), limit("nproc", PROXY_ROOM.processes)],
      LogConfig: { Type: "json-file", Config: { "max-file": "2", "max-size": "5m" } },
      RestartPolicy: { Name: "no" },
    },
  };
}

/** How a copy's proxy is in the copy's network. */
export function learningEndpoint(user: number) {
  return { Aliases: [PROXY.host], IPAMConfig: { IPv4Address: proxyAddress(user) } };
}
