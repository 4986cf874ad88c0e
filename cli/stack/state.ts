import { CliError } from "../errors";
import { quietPulumi } from "./pulumi";

/** A resource in Pulumi's state, as far as it matters here. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  /** URN and id of its provider. */
  provider?: string;
  parent?: string;
  inputs?: Record<string, unknown>;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  deletedWith?: string;
}

export interface Deployment {
  resources?: StateResource[];
  /** What a killed run was doing. */
  pending_operations?: { type: string; resource: StateResource }[];
}

/** A stack's state, as `pulumi stack export` writes it; secrets stay encrypted. */
export interface ExportedState {
  version: number;
  deployment: Deployment;
}

/**
 * Reads the state. The Automation API would decrypt every secret, and write them to a file on the way back.
 * @returns undefined when there is no such stack
 */
export async function exportState(): Promise<ExportedState | undefined> {
  const { code, stdout, stderr } = await quietPulumi(["stack", "export"]);
  if (code === 0) return JSON.parse(stdout) as ExportedState;
  if (/no stack named/.test(stderr)) return undefined;
  throw new CliError(`pulumi stack export: ${stderr.trim()}`);
}

/** Replaces the stack's state. */
export async function importState(state: ExportedState): Promise<void> {
  const { code, stderr } = await quietPulumi(["stack", "import"], JSON.stringify(state));
  if (code !== 0) throw new CliError(`pulumi stack import: ${stderr.trim()}`);
}

/** True for a resource on the host's engine, not in ours. */
export function isOuter({ provider = "" }: StateResource): boolean {
  return /::pulumi:providers:docker::host::/.test(provider);
}

/** The resources of one engine. @param outer the host's; else those in the engine */
export function resourcesOf({ resources = [] }: Deployment, outer: boolean): StateResource[] {
  return resources.filter((resource) => resource.type.startsWith("docker:") && isOuter(resource) === outer);
}

/** The name in Docker; undefined for what has none. */
export function nameOf({ inputs }: StateResource): string {
  return String(inputs?.name ?? "");
}

/** Names of what a killed run may have made. Their providers tell the engine. */
export function pendingNames({ pending_operations = [] }: Deployment): Set<string> {
  return new Set(pending_operations.map(({ resource }) => nameOf(resource)).filter(Boolean));
}

/**
 * Returns the state without some of its resources, and without a killed run's pending operations. Also removes what
 * other resources say about the forgotten ones, so that the state stays consistent. Pure.
 */
export function forget(state: ExportedState, urns: ReadonlySet<string>): ExportedState {
  const kept = (state.deployment.resources ?? []).filter(({ urn }) => !urns.has(urn));
  const others = (list: string[] | null | undefined): string[] => (list ?? []).filter((urn) => !urns.has(urn));
  const resources = kept.map((resource) => {
    const copy = { ...resource };
    if (copy.dependencies) copy.dependencies = others(copy.dependencies);
    if (copy.propertyDependencies) {
      const all = Object.entries(copy.propertyDependencies);
      copy.propertyDependencies = Object.fromEntries(all.map(([key, list]) => [key, others(list)]));
    }
    if (copy.deletedWith && urns.has(copy.deletedWith)) delete copy.deletedWith;
    return copy;
  });
  const { pending_operations: _pending, ...deployment } = state.deployment;
  return { ...state, deployment: { ...deployment, resources } };
}
