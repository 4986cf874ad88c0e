import { z } from "zod";

/** Raised when an older `restore` could not read what a newer `backup` writes. */
export const FORMAT_VERSION = 1;

/** First entry of a backup: what it is, before anything of it. */
export const MANIFEST = "manifest.json";
/** Last entry: without it a backup is cut. */
export const HASHES = "hashes.json";

const DATABASE = ["dump", "files", "none"] as const;

export const manifestSchema = z.object({
  format: z.literal("dind-mcp-backup"),
  version: z.literal(FORMAT_VERSION),
  /** Version of the project that wrote it. */
  project: z.string(),
  stack: z.string(),
  /** RFC 3339. */
  time: z.string(),
  /** Name of the machine. */
  host: z.string(),
  /** The engine was stopped meanwhile. */
  offline: z.boolean(),
  /** The passphrase of the stack's secrets is inside. */
  passphrase: z.boolean(),
  /** Folders of the catalog, as the config names them, each with its part. */
  catalogs: z.array(z.object({ path: z.string(), part: z.string() })),
  /** The embedded database: a dump, the files of its volume, or none. */
  database: z.enum(DATABASE),
  /** Extra servers, which the API deployed. */
  servers: z.array(z.string()),
  /** All parts, in their order. */
  parts: z.array(z.string()),
});

/** What a backup is and holds. */
export type BackupManifest = z.infer<typeof manifestSchema>;

export const hashesSchema = z.record(
  z.string(),
  z.object({
    /** Of the part's content, hex. */
    sha256: z.string(),
    bytes: z.number(),
  }),
);

/** Hash and size of each part, the manifest among them. */
export type Hashes = z.infer<typeof hashesSchema>;
