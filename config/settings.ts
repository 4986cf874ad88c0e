import { z } from "zod";
import { firstHost, overlaps, parseCidr } from "../lib/addresses";
import { type Finding, located } from "../lib/findings";
import { ProblemsError } from "../lib/problems";
import { whole } from "../lib/schema-parts";
import { zodFindings } from "../lib/zod-findings";
import { INNER_SUBNETS } from "../manifest/container/subnets";
import { orchestratorKeys } from "./orchestrator-keys";

/** Config keys whose values must be stored encrypted. */
const SECRET_KEYS = ["databaseDsn", "secrets"];

/** Config keys of ports on the host. */
const PORT_KEYS = ["dockerTlsPort", "apiPort", "metricsPort", "dockerPort"] as const;

const text = z.string({ error: "text" });
const flag = z.boolean({ error: "true or false" });
const list = z.array(text.min(1, "text that is not empty"), { error: "a list of texts" });
const dockerName = text.regex(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "a name of letters, digits, '_', '.' and '-', without a slash",
);
const mirror = z.url({ protocol: /^https?$/, error: "an http or https URL" });

function isCidr(value: string): boolean {
  const cidr = parseCidr(value);
  return cidr !== undefined && cidr.prefix >= 16 && cidr.prefix <= 28;
}

function isPostgresUrl(value: string): boolean {
  if (value === "" || !URL.canParse(value)) return value === "";
  const { protocol, hostname } = new URL(value);
  return /^postgres(ql)?:$/.test(protocol) && /^[^,]+$/.test(hostname); // the relay passes on to one host
}

/** Every key of the stack's config (namespace `dind-mcp`); Pulumi.yaml repeats types and defaults for `pulumi config`. */
export const settingsSchema = z
  .strictObject({
    /** Docker endpoint of the host engine; only unix sockets: the engine's ports are published on the same machine. */
    hostEngine: text.regex(/^unix:\/\/\/.+/, "a socket, unix:///PATH").default("unix:///var/run/docker.sock"),
    engineName: dockerName.default("mcp-engine"),
    /** Base image of the engine, docker:dind-like; empty = our own (images/engine). */
    engineImage: text.default(""),
    /** Seconds; the engine takes up to 45 to stop its servers, then itself (images/engine/README.md). */
    engineStopGrace: whole(50, 600).default(60),
    networkName: dockerName.default("mcp-internal"),
    networkCidr: text.refine(isCidr, "an IPv4 subnet from /16 to /28, like 172.30.0.0/16").default("172.30.0.0/16"),
    volumePrefix: text
      .regex(/^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$/, "the beginning of a volume name, or nothing")
      .default(""),
    retainVolumes: flag.default(false),
    /** Pulumi refuses to delete the volumes, until this is false again. */
    protectVolumes: flag.default(false),
    bindAddress: z.ipv4({ error: "an IPv4 address of the host" }).default("127.0.0.1"),
    dockerTlsPort: whole(1, 65535).default(12376),
    tlsNames: list.default([]),
    registryMirrors: z.array(mirror, { error: "a list of http or https URLs" }).default([]),
    catalog: list.min(1, "at least one folder").default(["mcp"]),
    servers: list.default([]),
    databaseDsn: text.refine(isPostgresUrl, "postgres://USER:PASSWORD@HOST:PORT/DATABASE").default(""),
    secrets: z.record(z.string(), z.record(z.string(), text), { error: "a mapping SERVER.SECRET" }).default({}),
    ...orchestratorKeys,
  })
  .superRefine((settings, context) => {
    const clashes = [...samePorts(settings), ...sameTokens(settings.tokens), ...openDockerApi(settings)];
    for (const [path, message] of clashes) context.addIssue({ code: "custom", path, message });
    for (const inner of Object.values(INNER_SUBNETS).filter((subnet) => overlaps(settings.networkCidr, subnet))) {
      const message = `a subnet outside ${inner}, which the engine uses inside`;
      context.addIssue({ code: "custom", path: ["networkCidr"], message });
    }
  });

type Clash = [path: (string | number)[], expected: string];

/** Ports that two keys give out. */
function samePorts(settings: Record<(typeof PORT_KEYS)[number], number>): Clash[] {
  return PORT_KEYS.flatMap((key, index): Clash[] => {
    const first = PORT_KEYS.slice(0, index).find((other) => settings[other] === settings[key]);
    return first ? [[[key], `another port than ${first}`]] : [];
  });
}

/** Tokens of the same name. */
function sameTokens(tokens: { name: string }[]): Clash[] {
  return tokens.flatMap(({ name }, index): Clash[] => {
    const first = tokens.findIndex((token) => token.name === name);
    return first < index ? [[["tokens", index, "name"], `another name than that of tokens.${first}`]] : [];
  });
}

/** The plain Docker API, all of it, offered to a network: root in the engine for anybody there. */
function openDockerApi({ dockerApi, bindAddress }: { dockerApi: string; bindAddress: string }): Clash[] {
  const open = dockerApi === "full" && !bindAddress.startsWith("127.");
  return open ? [[["dockerApi"], "read-only or off, as bindAddress is no loopback address"]] : [];
}

/** The stack's config, checked. `databaseDsn` and `secrets` are plain here: wrap them with pulumi.secret before any use. */
export type Settings = z.infer<typeof settingsSchema> & { networkGateway: string };

/** Pulumi hands config over as strings: JSON for anything but strings. */
function decode(value: string): unknown {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? value : parsed;
  } catch {
    return value;
  }
}

/**
 * Checks one stack's config.
 * @param raw values by key, without the namespace, as Pulumi holds them
 * @param secretKeys the keys that are stored encrypted
 * @param file where they come from, for messages
 * @throws ProblemsError with every problem at once
 */
export function parseSettings(raw: Record<string, string>, secretKeys: string[], file: string): Settings {
  const decoded = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, isText(key) ? value : decode(value)]),
  );
  // "{}" is what `pulumi config rm` leaves of the last secret.
  const given = SECRET_KEYS.filter((key) => raw[key] && raw[key] !== "{}");
  const plain: Finding[] = given
    .filter((key) => !secretKeys.includes(key))
    .map((key) => ({
      path: [key],
      got: "a value stored in plain text",
      expected: "an encrypted value",
      fix: `pulumi config set --secret ${key === "secrets" ? "--path 'secrets.SERVER.SECRET'" : key}`,
    }));
  const result = settingsSchema.safeParse(decoded);
  const visible = { ...decoded, ...Object.fromEntries(SECRET_KEYS.map((key) => [key, {}])) };
  const wrong = result.success ? [] : zodFindings(result.error, visible, settingsSchema);
  if (plain.length > 0 || !result.success) {
    const findings = [...plain, ...wrong].map((finding) => ({ ...finding, path: ["dind-mcp", ...finding.path] }));
    throw new ProblemsError(located(findings, file));
  }
  return { ...result.data, networkGateway: firstHost(result.data.networkCidr) };
}

/** True for keys that hold text, whose value must not be read as JSON ("12376" may be a name). */
function isText(key: string): boolean {
  const shape: Record<string, { def: { innerType: { def: { type: string } } } } | undefined> = settingsSchema.shape;
  return shape[key]?.def.innerType.def.type === "string";
}
