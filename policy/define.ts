import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Role } from "../manifest/container/labels";
import { type Container, containerOf } from "./container";
import { dockerName, type Resource, resourceOf } from "./resource";

/** JSON Schema of one setting. */
export type SettingSchema = PolicyConfigSchema["properties"][string];

/** What a policy says about itself. The table in docs/policies.md is made from it. */
export interface About {
  id: string;
  /** The promise, in one sentence. */
  title: string;
  severity: Severity;
  /** What goes wrong without it. */
  reason: string;
  fix: string;
  /** Benchmark numbers and guidance. */
  references: string[];
  /** `advisory`: it tells, and stops nothing. @default "mandatory" */
  level?: "advisory";
  /** Roles that the policy does not bind, each with the reason. @default none */
  exceptions?: Partial<Record<Role, string>>;
}

/** The settings of a policy, each with its default. */
export type Settings<C> = { [K in keyof C]: { schema: SettingSchema; default: C[K] } };

interface Definition<C> extends About {
  settings?: Settings<C>;
}

/** A policy of the pack. */
export interface PackPolicy {
  about: About;
  /** Schemas of its settings by name, `exceptions` among them. */
  settings: Record<string, SettingSchema>;
  policy: ResourceValidationPolicy | StackValidationPolicy;
}

/** An exception that a stack's config makes. */
interface NamedException {
  name: string;
  reason: string;
}

const EXCEPTIONS: SettingSchema = {
  type: "array",
  description: "Resources the policy does not bind, by their name in Docker or in Pulumi, each with the reason.",
  items: {
    type: "object",
    required: ["name", "reason"],
    additionalProperties: false,
    properties: { name: { type: "string", minLength: 1 }, reason: { type: "string", minLength: 10 } },
  },
};

/** A policy on each resource by itself. `check` says what is wrong with one; nothing, when all is well. */
export function resourcePolicy<C extends object = Record<never, never>>(
  definition: Definition<C> & { check(resource: Resource, config: C): string[] },
): PackPolicy {
  return packPolicy(definition, {
    ...common(definition),
    validateResource(args, report) {
      const resource = resourceOf(args);
      const config = configOf(definition, args.getConfig());
      if (isExcepted(definition, resource, config)) return;
      const problems = definition.check(resource, config);
      if (problems.length > 0) report(message(definition, resource, problems.join("; ")));
    },
  });
}

/** A policy on each container by itself. */
export function containerPolicy<C extends object = Record<never, never>>(
  definition: Definition<C> & { check(container: Container, config: C): string[] },
): PackPolicy {
  const check = (resource: Resource, config: C): string[] => {
    const container = containerOf(resource);
    return container ? definition.check(container, config) : [];
  };
  return resourcePolicy<C>({ ...definition, check });
}

/** What is wrong with one resource beside others. */
export interface StackProblem {
  resource: Resource;
  problem: string;
}

/** A policy on all resources together. */
export function stackPolicy<C extends object = Record<never, never>>(
  definition: Definition<C> & { check(resources: Resource[], config: C): StackProblem[] },
): PackPolicy {
  return packPolicy(definition, {
    ...common(definition),
    validateStack(args, report) {
      const config = configOf(definition, args.getConfig());
      const resources = args.resources.map((resource: PolicyResource) => resourceOf(resource));
      const bound = resources.filter((resource) => !isExcepted(definition, resource, config));
      for (const { resource, problem } of definition.check(bound, config)) {
        report(message(definition, resource, problem), resource.urn);
      }
    },
  });
}

type Config<C> = C & { exceptions: NamedException[] };

function settingsOf<C>({ settings }: Definition<C>): [string, { schema: SettingSchema; default: unknown }][] {
  return Object.entries(settings ?? {});
}

/** @throws Error on a setting that the policy does not have: Pulumi would let a misspelt one pass in silence */
function configOf<C>(definition: Definition<C>, given: Record<string, unknown>): Config<C> {
  const names = [...Object.keys(definition.settings ?? {}), "exceptions"];
  const strange = Object.keys(given).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw new Error(`policy config: ${definition.id}: got ${strange.join(", ")}, expected only ${names.join(", ")}`);
  }
  const defaults = settingsOf(definition).map(([name, setting]) => [name, setting.default]);
  return { exceptions: [], ...Object.fromEntries(defaults), ...given } as Config<C>;
}

function isExcepted<C>({ exceptions = {} }: About, resource: Resource, config: Config<C>): boolean {
  const role = containerOf(resource)?.role;
  const names = [resource.name, dockerName(resource)];
  return (role !== undefined && role in exceptions) || config.exceptions.some(({ name }) => names.includes(name));
}

function message({ fix }: About, resource: Resource, problem: string): string {
  return `${dockerName(resource)}: ${problem}. To fix: ${fix}`;
}

function packPolicy<C>(definition: Definition<C>, policy: PackPolicy["policy"]): PackPolicy {
  return { about: definition, settings: policy.configSchema?.properties ?? {}, policy };
}

function common<C>(definition: Definition<C>) {
  const { id, title, reason, severity, fix, references, level } = definition;
  const own = settingsOf(definition).map(([name, setting]) => [name, { ...setting.schema, default: setting.default }]);
  return {
    name: id,
    ...(level ? { enforcementLevel: level } : {}),
    description: `${title} ${reason}`,
    severity,
    remediationSteps: fix,
    tags: references,
    configSchema: { properties: { ...Object.fromEntries(own), exceptions: EXCEPTIONS } },
  };
}
