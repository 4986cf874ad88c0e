/** The labels of what the stack makes in an engine. Public: users filter by them, as in `docker ps --filter label=...`. */
export const Label = {
  /** Who made it, and so who may remove it: an Owner. */
  ManagedBy: "dind-mcp.managed-by",
  /** `project/stack`. */
  Stack: "dind-mcp.stack",
  /** What a container is that is no server: a Role. */
  Role: "dind-mcp.role",
  /** A server's name; of a companion that of its server, of a shared service nothing. */
  Server: "dind-mcp.server",
  /** The name of a companion or of a shared service; nothing else has this label. */
  Companion: "dind-mcp.companion",
  /** A server's manifest as canonical JSON. It repeats the environment: not for everybody's eyes. */
  Manifest: "dind-mcp.manifest",
  /** How a server is spoken with. */
  Transport: "dind-mcp.transport",
  /** On the throwaway copy of a server that `servers learn` made: milliseconds since 1970, when it is to be removed. */
  LearnsUntil: "dind-mcp.learns-until",
  /** On the same: the server that it is a copy of. */
  CopyOf: "dind-mcp.copy-of",
  /** Read by nobody; makes a changed secret, or changed rights of the tokens, a changed container. */
  SecretsRevision: "dind-mcp.secrets-revision",
  /** What the orchestrator serves without TLS: read-only, full or off. */
  DockerApi: "dind-mcp.docker-api",
} as const;

/** Values of Label.ManagedBy. */
export const Owner = {
  /** Declared by the catalog or by the stack itself. */
  Pulumi: "pulumi",
  /** Deployed through the REST API. */
  Api: "api",
} as const;
export type Owner = (typeof Owner)[keyof typeof Owner];

/** Values of Label.Role. */
export const Role = {
  /** The Docker daemon, on the host engine. */
  Engine: "engine",
  /** The management layer, inside the engine. */
  Orchestrator: "orchestrator",
  /** The embedded PostgreSQL. */
  Database: "database",
  /** Passes on to an external PostgreSQL. */
  DatabaseRelay: "database-relay",
  /** The embedded Consul agent. */
  Consul: "consul",
  /** The embedded Kong Gateway. */
  Kong: "kong",
  /** The proxy through which servers reach the world. */
  Egress: "egress",
  /** The proxy of a server's throwaway copy, which records in place of refusing. */
  LearningEgress: "learning-egress",
  /** A container of a server's own, beside it: a database, a cache. */
  Companion: "companion",
  /** A container beside several servers, which its service.yaml declares. */
  SharedService: "shared-service",
  /** Carries files onto a volume; is made and never started. */
  VolumeFiles: "volume-files",
  /** Makes or removes a server's storage folders, as the server's user, and ends. */
  StorageFolders: "storage-folders",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

type Labels = Record<string, string>;

/**
 * The labels of a container of ours: those that it is not given are stated as well, as empty. Docker adds the labels of a
 * container's image, so whoever made the image could say what the container is.
 */
export function containerLabels<Value>(given: Record<string, Value>): Record<string, Value | ""> {
  const none = Object.fromEntries(Object.values(Label).map((label): [string, ""] => [label, ""]));
  return { ...none, ...given };
}

/** The labels that a container was given itself, without those of its image and empty ones. */
export function ownLabels(labels: Labels | null | undefined, ofImage: Labels | null | undefined): Labels {
  const own = Object.entries(labels ?? {}).filter(([name, value]) => value !== "" && ofImage?.[name] !== value);
  return Object.fromEntries(own);
}
