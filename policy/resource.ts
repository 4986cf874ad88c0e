import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { known, type Maybe, text } from "./known";

/** What a policy sees of a resource, in a preview or an update. */
export interface Resource {
  type: string;
  /** Pulumi's name. */
  name: string;
  urn: string;
  /** Types of the components it is in, the outermost first. */
  parents: string[];
  /** Inputs; UNKNOWN in the place of what is not known yet. */
  inputs: Record<string, unknown>;
  protect: boolean;
  provider?: { name: string; urn: string; inputs: Record<string, unknown> };
  /** Types of the resources that an input is made from, by input; only in stack policies. */
  madeFrom: Record<string, string[]>;
}

/** Reads what Pulumi hands over. */
export function resourceOf(given: ResourceValidationArgs | PolicyResource): Resource {
  const { type, name, urn, provider } = given;
  const madeFrom = "propertyDependencies" in given ? given.propertyDependencies : {};
  return {
    type,
    name,
    urn,
    parents: (urn.split("::")[2] ?? "").split("$").slice(0, -1),
    inputs: inputs(given.props),
    protect: given.opts.protect,
    ...(provider ? { provider: { name: provider.name, urn: provider.urn, inputs: inputs(provider.props) } } : {}),
    madeFrom: Object.fromEntries(Object.entries(madeFrom).map(([key, from]) => [key, from.map((one) => one.type)])),
  };
}

function inputs(props: unknown): Record<string, unknown> {
  return known(props) as Record<string, unknown>;
}

/** True when no provider was named for the resource: then whatever DOCKER_HOST says is used. */
export function usesDefaultProvider({ provider }: Resource): boolean {
  return provider === undefined || /^default(_|$)/.test(provider.name);
}

/**
 * True when the resource lands on a machine's own engine: its provider's host is a socket, behind ssh too, or was not
 * given. An unknown host belongs to an engine still to be made.
 */
export function isOnHost(resource: Resource): boolean {
  const host: Maybe<string> = resource.provider?.inputs.host as Maybe<string>;
  return usesDefaultProvider(resource) || host === undefined || /^(unix|npipe|ssh):/.test(text(host) ?? "");
}

/** Names the engine of a resource. Only resources on the same engine can clash. */
export function engineOf(resource: Resource): string {
  const host = text(resource.provider?.inputs.host);
  if (isOnHost(resource) && !host?.startsWith("ssh:")) return "host";
  return host ?? resource.provider?.urn ?? "";
}

/** How people know the resource: its name in Docker, or Pulumi's. */
export function dockerName({ inputs, name }: Resource): string {
  return text(inputs.name) ?? name;
}
