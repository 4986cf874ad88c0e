import { Label } from "../../manifest/container/labels";

const HIDDEN = "<redacted>";

/** Labels whose values are known to be harmless. The manifest is not: it repeats the environment. */
function harmlessLabel(name: string): boolean {
  return /^(dind-mcp|org\.opencontainers\.image|com\.docker)\./.test(name) && name !== Label.Manifest;
}

/** Of an event: what Docker itself says, beside the labels it repeats. */
const ATTRIBUTES = new Set("name image exitCode signal container type driver execID execDuration oldName".split(" "));
/** Of a log driver: the local ones'. Others' hold addresses and keys of log services. */
const LOG_OPTIONS = new Set(["max-size", "max-file", "compress", "mode", "max-buffer-size"]);
/** Of a volume or network: `o` can hold the password of a network file system. */
const DRIVER_OPTIONS = new Set(["type", "device"]);

type Json = unknown;
type Rule = (value: Json) => Json;

function only(keep: (name: string) => boolean): Rule {
  return (value) => {
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, keep(name) ? text : HIDDEN]));
  };
}

function withoutValues(value: Json): Json {
  if (!Array.isArray(value)) return value === null ? null : HIDDEN;
  return value.map((pair) => (typeof pair === "string" ? pair.replace(/=[\s\S]*$/, `=${HIDDEN}`) : HIDDEN));
}

const withoutUser: Rule = (value) =>
  typeof value === "string" ? value.replace(/(^|\/\/)[^/@]*@/g, `$1${HIDDEN}@`) : value;
const options = only((name) => DRIVER_OPTIONS.has(name) || name.startsWith("com.docker.network."));
/** `exec_create: sh -c ...`: the command is the caller's. */
const withoutCommand: Rule = (value) =>
  typeof value === "string" ? value.replace(/^(exec_\w+):[\s\S]*$/, "$1") : value;

/** By name, wherever in a document: so a field that Docker adds in another place is covered too. */
const RULES: Record<string, Rule> = {
  Env: withoutValues,
  // The engine's own are a list.
  Labels: (value) => (Array.isArray(value) ? withoutValues(value) : only(harmlessLabel)(value)),
  Attributes: only((name) => ATTRIBUTES.has(name) || harmlessLabel(name)),
  Options: options,
  DriverOpts: options,
  // The log driver's, in LogConfig; a container's own Config is an object with Env and Labels.
  LogConfig: (value) => mapped(value, { Config: only((name) => LOG_OPTIONS.has(name)) }),
  // What a health check printed comes from the server, as its logs do.
  Output: (value) => (value === "" ? "" : HIDDEN),
  // Of old images: the last build step with its build arguments.
  ContainerConfig: () => undefined,
  // Of the build cache: build steps.
  Description: () => HIDDEN,
  HttpProxy: withoutUser,
  HttpsProxy: withoutUser,
  status: withoutCommand,
  Action: withoutCommand,
};

function mapped(value: Json, rules: Record<string, Rule>): Json {
  if (Array.isArray(value)) return value.map((item) => mapped(item, rules));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      return [name, rule ? rule(inner) : mapped(inner, rules)];
    }),
  );
}

/** A document of the Docker API without values of environment variables, and without what else could be secret. */
export function redact(document: Json): Json {
  return mapped(document, RULES);
}
