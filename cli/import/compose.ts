import { z } from "zod";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { saysMcp } from "../find/looks-like";
import type { Named } from "./client-server";
import type { EnvFile } from "./start";

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const words = z.union([z.string(), z.array(scalar)]);
const pairs = z.union([z.array(scalar), z.record(z.string(), scalar.nullable())]);
const volumeSchema = z.object({
  type: z.string().optional(),
  source: z.string().optional(),
  target: z.string(),
  read_only: z.boolean().optional(),
});
const portSchema = z.object({ target: scalar });

const envFileSchema = z.object({
  path: z.string(),
  required: z.boolean().default(true),
  format: z.string().optional(),
});

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z
    .union([z.string(), z.object({ context: z.string().default("."), dockerfile: z.string().optional() })])
    .optional(),
  container_name: z.string().optional(),
  entrypoint: words.optional(),
  command: words.optional(),
  environment: pairs.default([]),
  env_file: z.union([z.string(), z.array(z.union([z.string(), envFileSchema]))]).default([]),
  volumes: z.array(z.union([z.string(), volumeSchema])).default([]),
  ports: z.array(z.union([scalar, portSchema])).default([]),
  expose: z.array(scalar).default([]),
  stdin_open: z.boolean().default(false),
  working_dir: z.string().optional(),
  network_mode: z.string().optional(),
  privileged: z.boolean().optional(),
});
type Service = z.output<typeof serviceSchema>;

/** The services of a Docker Compose file; undefined for another file. Nothing of it is run or filled in. */
export function composeServers(document: Record<string, unknown>): Named[] | undefined {
  const { services } = document;
  if (!isMapping(services)) return undefined;
  return Object.entries(services).map(([name, value]): Named => {
    const { data: service } = serviceSchema.safeParse(value);
    if (!service) return { name, why: "its service is not understood" };
    const told = [name, service.image?.replace(/:[^/:]*$/, "") ?? "", service.container_name ?? ""];
    const isMcp = [...told, ...split(service.command ?? []), ...contextOf(service)].some((one) =>
      saysMcp(one, new Set()),
    );
    if (!isMcp) return { name, why: "it does not look like an MCP server: nothing of it says mcp" };
    return named(name, service);
  });
}

function contextOf({ build }: Service): string[] {
  const context = typeof build === "string" ? build : build?.context;
  return context === undefined ? [] : context.split("/");
}

function named(name: string, service: Service): Named {
  const { build } = service;
  const files = { envFiles: envFiles(service) };
  const texts = [service.image ?? "", ...split(service.entrypoint ?? []), ...split(service.command ?? [])];
  const open = texts.find((text) => /\$\{?\w/.test(text));
  if (open !== undefined) return { name, why: `${oneLine(open, 80)} is filled in by Compose: write its value down` };
  if (build !== undefined) {
    const { context = ".", dockerfile = undefined } = typeof build === "string" ? { context: build } : build;
    if (dockerfile !== undefined && dockerfile !== "Dockerfile") {
      return {
        name,
        why: `it is built by ${oneLine(dockerfile, 80)}: call it Dockerfile, and \`servers add\` its folder`,
      };
    }
    return {
      name,
      server: { ...files, command: BUILD, args: [context, ...split(service.command ?? [])], env: variables(service) },
    };
  }
  if (service.image === undefined) return { name, why: "it has neither image nor build" };
  return { name, server: { ...files, command: "docker", args: runArguments(service, service.image), env: {} } };
}

/** Stands for a service that Compose builds, where a client has its program. No program has that name. */
export const BUILD = "(a folder with a Dockerfile)";

/** What `docker run` would be told. */
function runArguments(service: Service, image: string): string[] {
  const {
    volumes,
    ports,
    expose,
    stdin_open: isOpen,
    working_dir: workdir,
    network_mode: network,
    privileged,
  } = service;
  const [program, ...first] = split(service.entrypoint ?? []);
  const published = [...ports.map((port) => (typeof port === "string" ? port : port.target)), ...expose];
  const option = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
  return [
    "run",
    ...(isOpen ? ["-i"] : []),
    ...Object.entries(variables(service)).flatMap(([variable, value]) => [
      "-e",
      value === "" ? variable : `${variable}=${value}`,
    ]),
    ...volumes.flatMap((volume) => ["-v", typeof volume === "string" ? volume : short(volume)]),
    ...published.flatMap((port) => ["-p", port]),
    ...option("-w", workdir),
    ...option("--network", network),
    ...(privileged ? ["--privileged"] : []),
    ...option("--entrypoint", program),
    image,
    ...first,
    ...split(service.command ?? []),
  ];
}

function short({ source, target, read_only: readOnly }: z.output<typeof volumeSchema>): string {
  return [...(source === undefined ? [] : [source]), target, ...(readOnly ? ["ro"] : [])].join(":");
}

function envFiles({ env_file: files }: Service): EnvFile[] {
  return [files].flat().map((file): EnvFile => {
    if (typeof file === "string") return { path: file, format: "dotenv", required: true };
    return { path: file.path, format: file.format === "raw" ? "docker" : "dotenv", required: file.required };
  });
}

function variables({ environment }: Service): Record<string, string> {
  const all = Array.isArray(environment)
    ? environment.map((pair) => [...pair.split(/=(.*)/s), ""] as [string, string])
    : Object.entries(environment).map(([name, value]): [string, string] => [name, value ?? ""]);
  return Object.fromEntries(all.map(([name, value]) => [name, value]));
}

/** A command as a list; of a text the words, with quotes as a shell has them. */
function split(command: string | string[]): string[] {
  if (Array.isArray(command)) return command;
  const found = [...command.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)];
  return found.map(([, double, single, plain = ""]) => double?.replace(/\\(.)/g, "$1") ?? single ?? plain);
}
