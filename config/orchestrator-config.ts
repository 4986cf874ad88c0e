import { z } from "zod";
import { catalogOfferSchema } from "../api/schemas/drafts";
import { parseBytes } from "../lib/sizes";
import { KEYS } from "./keys";
import { httpUrl } from "./parts";

/** Where things are in the orchestrator's container; the `Orchestrator` component mounts them there. */
export const PATHS = {
  /** Hashes of the bearer tokens, written by the stack. */
  tokens: "/run/secrets/tokens.json",
  /** Keys for what is kept encrypted, written by the stack. */
  sealingKeys: "/run/secrets/sealing-keys.json",
  /** Consul's token and certificates, written by the stack. */
  consul: "/run/secrets/consul.json",
  /** The engine's Docker API. A folder is mounted, not the socket: dockerd makes a new socket whenever it starts. */
  dockerSocket: "/run/engine/docker.sock",
  /** What the servers' storage holds, as the engine measures it. */
  storage: "/run/engine/storage",
  /** The engine's certificates as dockerd has them, without keys: server-cert.pem, client-cert.pem. */
  certificates: "/run/engine",
  /** The engine's volumes, read-only; in them the tmpfs volumes with the servers' session sockets. */
  volumes: "/run/volumes",
  /** The orchestrator's own volume: audit log, servers' history, approved tools. */
  state: "/var/lib/orchestrator",
} as const;

const count = (fallback: number) => z.int().positive().default(fallback);

/** One token, as the stack stores it. */
export const tokenSchema = KEYS.tokens.unwrap().element.extend({
  /** SHA-256 of the token, hex. Tokens are 256 random bits, so a plain hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type StoredToken = z.infer<typeof tokenSchema>;

/** A key for what the orchestrator keeps encrypted: 256 random bits, and the name by which records say that it is theirs. */
export const sealingKeySchema = z.object({ id: z.string().min(1), key: z.string().min(43) });
export type SealingKey = z.infer<typeof sealingKeySchema>;

/** How the orchestrator shows Consul who it is, and knows Consul; PEM texts. */
export const consulSecretsSchema = z.object({
  token: z.string().optional(),
  tls: z
    .object({
      ca: z.string().optional(),
      certificate: z.string().optional(),
      key: z.string().optional(),
      serverName: z.string().optional(),
    })
    .optional(),
});
export type ConsulSecrets = z.infer<typeof consulSecretsSchema>;

/**
 * What the stack tells the orchestrator, as JSON in the environment variable ORCHESTRATOR_CONFIG. No secret is in it. A
 * value that comes from a key of the stack's config has its default and its meaning there. Only tests change the values
 * that have their default here.
 */
export const orchestratorConfigSchema = z.strictObject({
  /** "project/stack". */
  stack: z.string(),
  /** Version of the program that deployed this. */
  version: z.string(),
  /** Address to listen on: the published one, and not those in the networks of servers. */
  listen: z.string(),
  /** How clients reach port 18080, without a slash at the end. */
  publicUrl: z.string(),
  /** How browsers reach the page; absent when there is none. */
  pageUrl: z.string().optional(),
  /** Host names and addresses that a Host header may name, without ports. */
  allowedHosts: z.array(z.string()),
  allowedOrigins: KEYS.allowedOrigins.unwrap(),
  trustedProxies: KEYS.trustedProxies.unwrap(),
  dockerApi: KEYS.dockerApi.unwrap(),
  limits: z.strictObject({
    /** Bytes of a request's body. */
    bodyBytes: count(4 * 2 ** 20),
    /** Bytes of all headers. */
    headerBytes: count(16 * 2 ** 10),
    /** Seconds a client may take for its request's headers and body. */
    requestSeconds: count(30),
    bufferedBytes: KEYS.maxBuffered.unwrap().transform((size) => parseBytes(size) ?? 0),
    requestsPerMinute: KEYS.requestsPerMinute.unwrap(),
    /** Failed authentications a minute and address, then 429. */
    failuresPerMinute: count(60),
    sessions: KEYS.maxSessions.unwrap(),
    sessionsPerToken: KEYS.maxSessionsPerToken.unwrap(),
    callsPerToken: KEYS.maxCallsPerToken.unwrap(),
    /** Bytes kept of a session's streams for clients that come back with Last-Event-ID. */
    replayBytes: z
      .int()
      .nonnegative()
      .default(256 * 2 ** 10),
  }),
  toolChanges: KEYS.toolChanges.unwrap(),
  audit: z.strictObject({
    arguments: KEYS.auditArguments.unwrap(),
    /** Bytes of one file before the next is begun. */
    fileBytes: count(16 * 2 ** 20),
    /** Files kept. */
    files: count(8),
  }),
  oauth: KEYS.oauth,
  /** Its certificates and secrets are in a file: `consulSecretsSchema`. */
  consul: KEYS.consul.unwrap().omit({ tls: true }).optional(),
  deploy: KEYS.deploy.unwrap().prefault({}),
  /** The MCP registry, and whether it may be asked; registries of packages that may be. */
  registry: z.strictObject({
    url: KEYS.serverRegistry.unwrap(),
    search: KEYS.registrySearch.unwrap(),
    npm: KEYS.npmRegistry.unwrap().optional(),
    pypi: KEYS.pypiIndex.unwrap().optional(),
  }),
  /** Servers of the catalog that the stack does not run. */
  catalog: z.array(catalogOfferSchema).default([]),
  /** OTLP over HTTP: traces go to ENDPOINT/v1/traces. */
  tracing: z.strictObject({ endpoint: httpUrl, sampleRatio: z.number().min(0).max(1).default(1) }).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type OrchestratorConfig = z.output<typeof orchestratorConfigSchema>;
/** The same as input: values with a default may be left out. */
export type OrchestratorConfigInput = z.input<typeof orchestratorConfigSchema>;
