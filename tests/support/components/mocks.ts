import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { DockerType } from "../../../lib/docker-types";

/** A resource as the program asks Pulumi's engine for it: what goes over the wire, not what an object of ours says. */
export interface Registered {
  /** `${DockerType.Volume} volumes-certs` */
  id: string;
  name: string;
  /** `id` of the parent. */
  parent?: string;
  /** Without the envelopes of secrets; unknown values are UNKNOWN. */
  inputs: Record<string, unknown>;
  /** Key paths of the inputs that are secret. */
  secrets: string[];
  /** What plain state would show of the inputs: their JSON, secrets left out. */
  visible: string;
  /** Key paths of the inputs that are not known yet. */
  unknown: string[];
  /** Name of the provider resource; empty = the default provider, or a component. */
  provider: string;
  /** Names of the resources that have to be there first, by option or through an input. */
  dependencies: string[];
  deletedWith: string;
  deleteBeforeReplace: boolean;
  replaceOnChanges: string[];
  protect: boolean;
  retainOnDelete: boolean;
}

export const UNKNOWN = pulumi.runtime.unknownValue;

// Only the orchestrator's image needs it, and no image is built here; esbuild would take a second and a process.
mock.getter(require("../../../components/inner/orchestrator-bundle"), "bundleOrchestrator", () => () => {});
// No engine is there to be asked.
mock.getter(require("../../../components/engine/certificates-taken"), "certificatesTaken", () => async () => {});

type Callback = (error: unknown, response?: unknown) => void;
interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: Callback): Promise<void>;
}

const idOf = (urn: string) => urn.split("::").slice(2).join(" ").split("$").at(-1) ?? "";
const nameOf = (urn: string) => urn.split("::").at(3) ?? "";

/** Takes a value apart into its plain form and the paths of what is secret or unknown in it. */
function read(value: unknown, path: string, found: Pick<Registered, "secrets" | "unknown">): unknown {
  if (pulumi.runtime.isRpcSecret(value)) {
    found.secrets.push(path);
    return read(pulumi.runtime.unwrapRpcSecret(value), path, found);
  }
  if (value === UNKNOWN) found.unknown.push(path);
  if (typeof value !== "object" || value === null) return value;
  const below = (key: string) => (path ? `${path}.${key}` : key);
  if (Array.isArray(value)) return value.map((item, index) => read(item, below(String(index)), found));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item, below(key), found)]));
}

function registered(request: RegisterResourceRequest): Registered {
  const found = { secrets: [], unknown: [] };
  const parent = request.getParent();
  const wire = request.getObject()?.toJavaScript() ?? {};
  const masked = (_: string, value: unknown) => (pulumi.runtime.isRpcSecret(value) ? "[secret]" : value);
  return {
    id: `${request.getType()} ${request.getName()}`,
    name: request.getName(),
    ...(parent ? { parent: idOf(parent) } : {}),
    inputs: read(wire, "", found) as Record<string, unknown>,
    ...found,
    visible: JSON.stringify(wire, masked),
    provider: nameOf(request.getProvider()),
    dependencies: request.getDependenciesList().map(nameOf).sort(),
    deletedWith: nameOf(request.getDeletedwith()),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

/** What providers would compute: one recognizable text for each output that the program reads. */
function computed({ type, name }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const outputs: Record<string, string[]> = {
    [DockerType.Image]: ["imageId"],
    "random:index/randomPassword:RandomPassword": ["result"],
    "tls:index/certRequest:CertRequest": ["certRequestPem"],
    "tls:index/locallySignedCert:LocallySignedCert": ["certPem", "validityEndTime"],
    "tls:index/privateKey:PrivateKey": ["privateKeyPem"],
    "tls:index/selfSignedCert:SelfSignedCert": ["certPem"],
  };
  return Object.fromEntries((outputs[type] ?? []).map((key) => [key, `<${name} ${key}>`]));
}

/**
 * Runs a program, or a part of one, against mocks.
 * @param preview answers like a first preview: ids and computed outputs are unknown, and so is everything of a provider
 *   whose own inputs are
 * @returns what it returned, and everything it registered, sorted by id
 * @param resources takes what is registered, also where the program throws
 */
export async function record<T>(
  program: () => T | Promise<T>,
  { preview = false, resources = [] as Registered[] } = {},
) {
  let secretOutputs: string[] = [];
  const mocks: pulumi.runtime.Mocks = {
    call: ({ token }) => {
      throw new Error(`unexpected call of ${token}`);
    },
    newResource: (args) => {
      if (!args.custom) return { id: undefined, state: {} };
      const provider = resources.find(({ name }) => name === nameOf(args.provider ?? ""));
      if (preview) return { id: undefined, state: provider?.unknown.length ? {} : args.inputs };
      const state = { ...args.inputs, ...computed(args) };
      // The real engine does the same with the outputs that an SDK declares secret.
      for (const key of secretOutputs) if (state[key] !== undefined) state[key] = pulumi.secret(state[key]);
      return { id: `<${args.name} id>`, state };
    },
  };
  await pulumi.runtime.setMocks(mocks, "dind-mcp", "unit", preview);
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    resources.push(registered(request));
    secretOutputs = request.getAdditionalsecretoutputsList();
    return register(request, callback); // calls newResource before it returns
  };
  // Pulumi notes a stack trace for each of thousands of promises; with source maps that is most of what a test takes.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const result = await program();
    await pulumi.runtime.disconnect(); // waits for everything that was registered
    return { result, resources: resources.sort((a, b) => (a.id < b.id ? -1 : 1)) };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The value of an output, and whether it is secret. */
export async function reveal<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const value = await new Promise<T>((resolve) => void output.apply(resolve));
  return { value, secret: await pulumi.isSecret(output) };
}
