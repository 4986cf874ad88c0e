import { type Locate, located } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import type { Problem } from "../lib/problems";
import { zodFindings } from "../lib/zod-findings";
import { crossFieldFindings, DATABASE_SECRET } from "./rules";
import { manifestSchema } from "./schema";
import { type Manifest, type Secret, TransportType } from "./types";

/** A manifest, or everything that keeps the document from being one. */
export interface ParsedManifest {
  manifest?: Manifest;
  problems: Problem[];
}

/** A secret with its file known. */
export interface SecretFile extends Secret {
  file: string;
}

type Shape = Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>;

/** The fields that are right by themselves, so that rules between them are checked even when another field is wrong. */
function checkedFields(document: Record<string, unknown>): Partial<Manifest> {
  const results = Object.entries(manifestSchema.shape as Shape).map(
    ([key, field]) => [key, field.safeParse(document[key])] as const,
  );
  const right = Object.fromEntries(results.flatMap(([key, result]) => (result.success ? [[key, result.data]] : [])));
  // A wrong variable must not hide what another one gives away.
  const texts = Object.entries(isMapping(document.env) ? document.env : {}).filter(
    ([, value]) => typeof value === "string",
  );
  return { ...right, env: Object.fromEntries(texts) as Record<string, string> };
}

/**
 * Checks one manifest.
 * @param document what the file holds
 * @param file how problems name it
 * @param locate finds the line of a key path
 */
export function parseManifest(document: unknown, file: string, locate?: Locate): ParsedManifest {
  if (!isMapping(document)) {
    const got = document === null || document === undefined ? "an empty file" : "no mapping";
    return { problems: located([{ path: [], got, expected: "a mapping with name, description, ..." }], file) };
  }
  const parsed = manifestSchema.safeParse(document);
  const findings = [
    ...(parsed.success ? [] : zodFindings(parsed.error, document, manifestSchema)),
    ...crossFieldFindings(checkedFields(document), document),
  ];
  if (findings.length > 0 || !parsed.success) return { problems: located(findings, file, locate) };
  return { manifest: parsed.data, problems: [] };
}

/** All secrets of a server with their files, the database's address among them. */
export function secretFiles({ secrets, database }: Manifest): SecretFile[] {
  const dsn: Secret = { name: DATABASE_SECRET, description: "Address of the PostgreSQL database", required: true };
  return [...secrets, ...(database ? [dsn] : [])].map((secret) => ({
    ...secret,
    file: secret.file ?? `/run/secrets/${secret.name}`,
  }));
}

/** True when the server has a network of its own; else it has none at all. */
export function needsNetwork({ transport, egress, database }: Manifest): boolean {
  return transport.type === TransportType.StreamableHttp || egress.length > 0 || database;
}
