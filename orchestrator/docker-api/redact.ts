import { Label } from "../../manifest/container/labels";

const HIDDEN = "<redacted>";

/** Labels whose values are known to be harmless. The manifest is not: it repeats the environment. */
function harmlessLabel(name: string): boolean {
  return /^(dind-mcp|org\.opencontainers\.image|com\.docker)\./.test(name) && name !== Label.Manifest;
}

/** An event's attributes that Docker itself sets; the others repeat labels. */
const ATTRIBUTES = new Set("name image exitCode signal container type driver execID execDuration oldName".split(" "));
/** Options of the local log drivers. Those of other drivers hold addresses and keys of log services. */
const LOG_OPTIONS = new Set(["max-size", "max-file", "compress", "mode", "max-buffer-size"]);
/** Harmless options of a volume or network. Not `o`: it can hold the password of a network file system. */
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
/** Cuts off the command in `exec_create: sh -c ...`, which the caller wrote. */
const withoutCommand: Rule = (value) =>
  typeof value === "string" ? value.replace(/^(exec_\w+):[\s\S]*$/, "$1") : value;

/** Rules by the field's name, anywhere in a document. So they also cover a field that Docker adds in another place. */
const RULES: Record<string, Rule> = {
  Env: withoutValues,
  // The engine's own labels are a list.
  Labels: (value) => (Array.isArray(value) ? withoutValues(value) : only(harmlessLabel)(value)),
  Attributes: only((name) => ATTRIBUTES.has(name) || harmlessLabel(name)),
  Options: options,
  DriverOpts: options,
  // The log driver's Config. A container's own Config is another object, with Env and Labels.
  LogConfig: (value) => mapped(value, { Config: only((name) => LOG_OPTIONS.has(name)) }),
  // The output of a health check comes from the server, as its logs do.
  Output: (value) => (value === "" ? "" : HIDDEN),
  // In old images this is the last build step, with its build arguments.
  ContainerConfig: () => undefined,
  // In the build cache these are build steps.
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

/**
 * Returns a document of the Docker API without values of environment variables, and without anything else that may be
 * secret.
 */
export function redact(document: Json): Json {
  return mapped(document, RULES);
}
