import { isMapping } from "../../lib/mapping";
import type { Resources } from "../types";

/** What a server may do beyond what every server may. */
export interface Openings {
  /** What it may reach: host:port, or public. */
  egress: string[];
  /** Folders that it keeps, with their sizes. */
  storage: string[];
  /** Folders that it shares with others or with the host. */
  mounts: string[];
  secrets: { name: string; env?: string; description?: string; required: boolean }[];
  /** Other keys that open something. */
  other: string[];
  /** Absent while the manifest is not complete. */
  limits?: Resources;
}

const OTHER = ["database", "services", "uses", "scratch", "browser", "sharedMemory", "cacheDir"];

/** Reads what a manifest opens, as it was written: a draft need not be complete. */
export function openingsOf(document: Record<string, unknown>, complete?: { resources: Resources }): Openings {
  const { egress, storage, mounts, secrets, home } = document;
  return {
    egress: (Array.isArray(egress) ? egress : egress === undefined || egress === "none" ? [] : [egress]).map(String),
    storage: [
      ...mappings(storage).map(({ path, size = "1g" }) => `${path} (${size})`),
      ...(home === true ? ["its home"] : []),
    ],
    mounts: mappings(mounts).map(({ path, volume, folder, readOnly }) => {
      return `${folder ?? volume} at ${path}, ${readOnly === false ? "to write" : "to read"}`;
    }),
    secrets: mappings(secrets).map(({ name, env, description, required }) => ({
      name: String(name),
      ...(typeof env === "string" ? { env } : {}),
      ...(typeof description === "string" ? { description } : {}),
      required: required !== false,
    })),
    other: OTHER.filter((key) => document[key] !== undefined && document[key] !== false),
    ...(complete ? { limits: complete.resources } : {}),
  };
}

function mappings(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isMapping) : [];
}
