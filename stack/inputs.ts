import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { HostFolder } from "../components/engine/host-folders";
import { KEYS } from "../config/keys";
import { loadSettings } from "../config/load";
import type { Settings } from "../config/settings";
import { type Problem, ProblemsError } from "../lib/problems";
import type { CatalogServer } from "../manifest/catalog";
import type { CatalogOffer } from "../manifest/draft/offer";
import { loadCatalog } from "../manifest/load-catalog";
import { catalogOffers } from "./catalog-offers";
import { withCertificates } from "./consul-certificates";
import { hostFolders, thisMachine } from "./folders/host-folders";
import { type HostEngine, hostProblems, inspectHostEngine, labelsContainers, takenNames } from "./host-engine";
import { keyValueProblems } from "./key-values";
import { takenPorts } from "./ports";
import { withAuthorities } from "./registry-authorities";
import { withKeptElsewhere } from "./secret-sources/resolve";

export interface Inputs {
  settings: Settings;
  /** The servers to run, sorted by name. */
  servers: CatalogServer[];
  /** Servers of the catalog that are not selected. */
  offers: CatalogOffer[];
  /** Folders of the host that they get. */
  folders: HostFolder[];
  /** Processors of the host. */
  processors: number;
  /** The host engine labels its containers for SELinux. */
  selinux: boolean;
}

/** Runs a check and keeps its problems, so that the next check runs too. */
async function collect<T>(problems: Problem[], check: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/**
 * Reads the stack's config and the catalog and looks at the host engine, before anything is declared.
 * @throws pulumi.RunError that lists all problems of all three at once
 */
export async function readInputs(): Promise<Inputs> {
  const problems: Problem[] = [];
  const settingsFile = `Pulumi.${pulumi.getStack()}.yaml`;
  const settings = await collect(problems, loadSettings);
  const servers = await collect(problems, () =>
    loadCatalog(settings?.catalog ?? KEYS.catalog.parse(undefined), {
      servers: settings?.servers,
      secrets: settings && secretNames(settings),
      folders: settings?.folders,
      privateHosts: settings?.privateHosts,
      settingsFile,
    }),
  );
  const secrets = settings && (await collect(problems, () => withKeptElsewhere(settings, settingsFile)));
  if (secrets && servers) problems.push(...keyValueProblems(servers, { secrets }, settingsFile));
  const misleading = environmentProblems(process.env);
  problems.push(...misleading);
  const host = settings && misleading.length === 0 ? await collect(problems, () => checkHost(settings)) : undefined;
  // Without the servers or the host, what is wrong with the folders themselves is still told.
  const folders =
    settings &&
    (await collect(problems, () =>
      hostFolders(settings.folders, servers ?? [], thisMachine(settings, host?.dataRoot), settingsFile),
    ));
  const registries =
    settings && (await collect(problems, () => withAuthorities(settings.registries, process.cwd(), settingsFile)));
  const told =
    settings && (await collect(problems, () => ({ consul: withCertificates(settings, process.cwd(), settingsFile) })));
  if (problems.length > 0 || !settings || !secrets || !servers || !host || !folders || !registries || !told)
    throw new pulumi.RunError(new ProblemsError(problems).message);
  return {
    settings: { ...settings, secrets, registries, ...told },
    servers,
    offers: catalogOffers(settings, pulumi.getStack()),
    folders,
    processors: host.processors,
    selinux: labelsContainers(host),
  };
}

function secretNames({ secrets }: Settings): Record<string, string[]> {
  return Object.fromEntries(Object.entries(secrets).map(([server, values]) => [server, Object.keys(values)]));
}

/**
 * For a provider with certificates, DOCKER_HOST overrides the address: Docker resources would land on another engine.
 */
export function environmentProblems({ DOCKER_HOST }: NodeJS.ProcessEnv): Problem[] {
  if (!DOCKER_HOST) return [];
  const fix = "unset DOCKER_HOST; the host engine is set by dind-mcp:hostEngine";
  return [{ file: "environment", path: "DOCKER_HOST", got: JSON.stringify(DOCKER_HOST), expected: "no value", fix }];
}

async function checkHost(settings: Settings): Promise<HostEngine> {
  const host = await inspectHostEngine(settings.hostEngine);
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  // From a container that only has the host engine's socket, the host's ports are not seen.
  const held = host.containers.flatMap(({ hostPorts }) => hostPorts);
  const taken = host.hostname === hostname() ? await takenPorts(settings, held) : [];
  const problems = [...hostProblems(host, settings), ...taken, ...takenNames(host, settings, stack)];
  if (problems.length > 0) throw new ProblemsError(problems);
  return host;
}
