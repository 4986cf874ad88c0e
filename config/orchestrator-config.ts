import { z } from "zod";
import { Scope } from "../api/scopes";
import { endpoints } from "./endpoints";
import type { Settings } from "./settings";

/** Where things are in the orchestrator's container; the `Orchestrator` component mounts them there. */
export const PATHS = {
  /** Hashes of the bearer tokens, written by the stack. */
  tokens: "/run/secrets/tokens.json",
  /** The engine's Docker API. A folder is mounted, not the socket: dockerd makes a new socket whenever it starts. */
  dockerSocket: "/run/engine/docker.sock",
  /** The engine's volumes, read-only; in them the tmpfs volumes with the servers' session sockets. */
  volumes: "/run/volumes",
  /** The orchestrator's own volume: audit log, approved tools. */
  state: "/var/lib/orchestrator",
} as const;

const seconds = (fallback: number) => z.int().positive().default(fallback);

/** One token, as the stack stores it. */
export const tokenSchema = z.strictObject({
  /** Who it is, in the audit log. */
  name: z.string().min(1),
  scopes: z.array(z.enum(Scope)),
  /** SHA-256 of the token, hex. Tokens are 256 random bits, so a plain hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Servers it may use. @default all */
  servers: z.array(z.string()).optional(),
  /** Tools it may use, as `server__tool`; `*` at the end stands for any rest. @default all */
  tools: z.strictObject({ allow: z.array(z.string()).optional(), deny: z.array(z.string()).optional() }).optional(),
});
export type StoredToken = z.infer<typeof tokenSchema>;

/** What the stack tells the orchestrator, as JSON in the environment variable ORCHESTRATOR_CONFIG. No secret is in it. */
export const orchestratorConfigSchema = z.strictObject({
  /** "project/stack". */
  stack: z.string(),
  /** Version of the program that deployed this. */
  version: z.string(),
  /** Address to listen on: the published one, and not those in the networks of servers. */
  listen: z.string().default("0.0.0.0"),
  /** How clients reach port 18080, without a slash at the end. */
  publicUrl: z.string(),
  /** Host names and addresses that a Host header may name, without ports. */
  allowedHosts: z.array(z.string()),
  /** Origins of web pages that may call, like https://app.example.com, besides the allowed hosts themselves. */
  allowedOrigins: z.array(z.string()).default([]),
  /** Port 12375: `read-only` serves harmless GETs, `full` everything without a token, `off` nothing. */
  dockerApi: z.enum(["read-only", "full", "off"]).default("read-only"),
  limits: z
    .strictObject({
      /** Bytes of a request's body. */
      bodyBytes: z
        .int()
        .positive()
        .default(4 * 1024 * 1024),
      /** Bytes of all headers. */
      headerBytes: z
        .int()
        .positive()
        .default(16 * 1024),
      /** Seconds a client may take for its request's headers and body. */
      requestSeconds: seconds(30),
      /** Requests a minute and principal; 0 = no limit. */
      requestsPerMinute: z.int().nonnegative().default(0),
      /** Failed authentications a minute and address, then 429. */
      failuresPerMinute: z.int().positive().default(60),
      /** Client sessions of all servers together. */
      sessions: z.int().positive().default(1_000),
      /** Bytes kept of a session's streams for clients that come back with Last-Event-ID. */
      replayBytes: z
        .int()
        .nonnegative()
        .default(256 * 1024),
    })
    .prefault({}),
  /** What happens to a tool whose definition changed after it was first seen: `report`, or `block` it until approved. */
  toolChanges: z.enum(["report", "block"]).default("report"),
  audit: z
    .strictObject({
      /** `redacted` keeps the names of arguments, `full` their values, `none` neither. */
      arguments: z.enum(["redacted", "full", "none"]).default("redacted"),
      /** Bytes of one file before the next is begun. */
      fileBytes: z
        .int()
        .positive()
        .default(16 * 1024 * 1024),
      /** Files kept. */
      files: z.int().positive().default(8),
    })
    .prefault({}),
  /** OAuth 2.1 resource server: JWTs of this issuer are taken besides the stack's own tokens. */
  oauth: z
    .strictObject({
      issuer: z.url(),
      /** The `aud` a token must carry. @default publicUrl */
      audience: z.string().optional(),
      /** @default the issuer's metadata says */
      jwksUri: z.url().optional(),
    })
    .optional(),
  /** What may be deployed through the API. */
  deploy: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Image references allowed; `*` at the end stands for any rest. */
      images: z.array(z.string()).default(["*"]),
      /** Extra servers at the same time. */
      servers: z.int().nonnegative().default(8),
      /** Highest resources of one of them. */
      cpus: z.number().positive().default(1),
      memory: z.string().default("512m"),
      processes: z.int().positive().default(256),
      /** The workspace volume. */
      workspace: z.enum(["none", "read-only", "read-write"]).default("none"),
    })
    .prefault({}),
  /** OTLP over HTTP: traces go to ENDPOINT/v1/traces. */
  tracing: z.strictObject({ endpoint: z.url(), sampleRatio: z.number().min(0).max(1).default(1) }).optional(),
  /** RFC 3339 ends of the engine's certificates, for the expiry metric. */
  certificates: z.strictObject({ server: z.string(), client: z.string() }).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type OrchestratorConfig = z.output<typeof orchestratorConfigSchema>;
/** As it is written: what has a default may be left out. */
export type OrchestratorConfigInput = z.input<typeof orchestratorConfigSchema>;

/** What only the program knows. */
export interface Facts {
  /** "project/stack". */
  stack: string;
  version: string;
  /** Address in its container on which the orchestrator listens. */
  listen: string;
  /** RFC 3339 ends of the engine's certificates. */
  certificates: { server: string; client: string };
}

/** What the orchestrator is told of the settings. */
export function orchestratorConfig(settings: Settings, facts: Facts): OrchestratorConfigInput {
  const publicUrl = endpoints(settings).api;
  const hosts = [
    ...["localhost", "127.0.0.1", settings.bindAddress, new URL(publicUrl).hostname],
    settings.engineName, // by which containers in the engine's network call it
    ...settings.allowedHosts,
  ];
  return {
    ...facts,
    publicUrl,
    allowedHosts: [...new Set(hosts)].filter((host) => host !== "0.0.0.0"),
    allowedOrigins: settings.allowedOrigins,
    dockerApi: settings.dockerApi,
    limits: { sessions: settings.maxSessions, requestsPerMinute: settings.requestsPerMinute },
    toolChanges: settings.toolChanges,
    audit: { arguments: settings.auditArguments },
    ...(settings.oauth ? { oauth: settings.oauth } : {}),
    ...(settings.deploy ? { deploy: settings.deploy } : {}),
    ...(settings.tracingEndpoint ? { tracing: { endpoint: settings.tracingEndpoint } } : {}),
  };
}
