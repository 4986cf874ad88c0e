import * as pulumi from "@pulumi/pulumi";
import { KEYS } from "../config/keys";
import { loadSettings } from "../config/load";
import type { Settings } from "../config/settings";
import { type Problem, ProblemsError } from "../lib/problems";
import type { CatalogServer } from "../manifest/catalog";
import { loadCatalog } from "../manifest/load-catalog";
import { type HostEngine, hostProblems, inspectHostEngine, takenNames } from "./host-engine";

export interface Inputs {
  settings: Settings;
  /** The servers to run, sorted by name. */
  servers: CatalogServer[];
  /** Processors of the host. */
  processors: number;
}

/** Runs a check and keeps its problems, so that the next check speaks as well. */
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
  const settings = await collect(problems, loadSettings);
  const servers = await collect(problems, () =>
    loadCatalog(settings?.catalog ?? KEYS.catalog.parse(undefined), {
      servers: settings?.servers,
      secrets: settings && secretNames(settings),
      settingsFile: `Pulumi.${pulumi.getStack()}.yaml`,
    }),
  );
  const misleading = environmentProblems(process.env);
  problems.push(...misleading);
  const host = settings && misleading.length === 0 ? await collect(problems, () => checkHost(settings)) : undefined;
  if (!settings || !servers || !host) throw new pulumi.RunError(new ProblemsError(problems).message);
  return { settings, servers, processors: host.processors };
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
  const problems = [...hostProblems(host, settings), ...takenNames(host, settings, stack)];
  if (problems.length > 0) throw new ProblemsError(problems);
  return host;
}
