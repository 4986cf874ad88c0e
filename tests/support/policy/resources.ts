import assert from "node:assert/strict";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { DockerType } from "../../../lib/docker-types";
import { Label } from "../../../manifest/container/labels";
import { policies } from "../../../policy/pack";

/** In the place of a value that Pulumi does not know yet. */
export const LATER: unique symbol = Symbol("later");

/** A resource as a test tells it; what is not told is as it is in most. */
export interface Given {
  type?: string;
  name?: string;
  props?: Record<string, unknown>;
  /** Types of the components around it. */
  parents?: string[];
  /** The provider's host; null means that no provider was named. */
  host?: string | symbol | null;
  protect?: boolean;
  /** Types of the resources that an input is made from. */
  madeFrom?: Record<string, string[]>;
}

export const CONTAINER = DockerType.Container;
export const INNER = "tcp://127.0.0.1:12376";
const DIGEST = `sha256:${"a".repeat(64)}`;

/** A container that keeps every promise, but for what is given. */
export function container(props: Record<string, unknown> = {}, more: Omit<Given, "props"> = {}): Given {
  const good = {
    name: "mcp-good",
    image: `docker.io/library/debian@${DIGEST}`,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    readOnly: true,
    memory: 128,
    memorySwap: 128,
    cpus: "0.5",
    ulimits: [{ name: "nproc", soft: 64, hard: 64 }],
    networkMode: "none",
    user: "11000:11000",
    envs: ["HOME=/tmp"],
  };
  return { ...more, props: { ...good, ...props } };
}

/** The same with a role's label. */
export function withRole(role: string, props: Record<string, unknown> = {}, more: Omit<Given, "props"> = {}): Given {
  return container({ labels: [{ label: Label.Role, value: role }], ...props }, more);
}

/** What the pack's policy says of the resources: one text for each violation. */
export async function violations(id: string, given: Given[], config: Record<string, unknown> = {}): Promise<string[]> {
  const found: string[] = [];
  const policy = policies.find(({ about }) => about.id === id)?.policy;
  assert.ok(policy, `the pack has no policy ${id}`);
  const report = (message: string) => found.push(message);
  const common = { stackTags: new Map<string, string>(), getConfig: <T>() => config as T, notApplicable: never };
  if ("validateStack" in policy) {
    await policy.validateStack({ ...common, resources: given.map((one, index) => resource(one, index)) }, report);
    return found;
  }
  for (const [index, one] of given.entries()) {
    const args: ResourceValidationArgs = { ...resource(one, index), ...common, asType: () => undefined };
    assert.equal(typeof policy.validateResource, "function");
    if (typeof policy.validateResource === "function") await policy.validateResource(args, report);
  }
  return found;
}

function never(): never {
  throw new Error("not applicable");
}

function resource(given: Given, index: number): PolicyResource {
  const {
    type = CONTAINER,
    name = `r${index}`,
    props = {},
    parents = [],
    host = "unix:///var/run/docker.sock",
  } = given;
  const chain = [...parents, type].join("$");
  const provider = { type: "pulumi:providers:docker", urn: `urn:provider:${String(host)}`, name: "named" };
  return {
    type,
    name,
    urn: `urn:pulumi:unit::dind-mcp::${chain}::${name}`,
    props: proxied(props),
    opts: {
      protect: given.protect ?? false,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    ...(host === null ? {} : { provider: { ...provider, props: proxied(host === "" ? {} : { host }) } }),
    dependencies: [],
    propertyDependencies: Object.fromEntries(
      Object.entries(given.madeFrom ?? {}).map(([key, types]) => [
        key,
        types.map((made) => resource({ type: made, host: null }, 99)),
      ]),
    ),
    isType: () => false,
    asType: () => undefined,
  };
}

/** As Pulumi hands values to a policy: reading one that is not known yet throws. */
function proxied<T extends object>(value: T): T {
  return new Proxy(value, {
    get(target, key, self) {
      const found: unknown = Reflect.get(target, key, self);
      if (found === LATER) throw new Error(`${String(key)} can't be known during preview`);
      return found !== null && typeof found === "object" ? proxied(found) : found;
    },
  });
}
