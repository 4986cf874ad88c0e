import { type Locate, located } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import type { Problem } from "../lib/problems";
import { zodFindings } from "../lib/zod-findings";
import { withRemote } from "./remote";
import { remoteFindings } from "./remote-rules";
import { withRoom } from "./room";
import { crossFieldFindings } from "./rules";
import { manifestSchema } from "./schema";
import { DATABASE_SECRET } from "./secret-rules";
import { serviceFindings } from "./service-rules";
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

/**
 * Returns the fields that are valid by themselves, so that the rules between them still apply when another field is
 * wrong.
 */
function checkedFields(document: Record<string, unknown>): Partial<Manifest> {
  const results = Object.entries(manifestSchema.shape as Shape).map(
    ([key, field]) => [key, field.safeParse(document[key])] as const,
  );
  const right = Object.fromEntries(results.flatMap(([key, result]) => (result.success ? [[key, result.data]] : [])));
  // One invalid variable must not keep the others from the check for secrets.
  const texts = Object.entries(isMapping(document.env) ? document.env : {}).filter(
    ([, value]) => typeof value === "string",
  );
  return { ...right, env: Object.fromEntries(texts) as Record<string, string> };
}

/**
 * A health check opens a session as a client does. So by default it may take as long as a client waits:
 * `timeouts.start`. If that is invalid, only `timeouts.start` is reported.
 */
function withPatience(document: Record<string, unknown>): Record<string, unknown> {
  const { health = {}, timeouts } = document;
  const parsed = manifestSchema.shape.timeouts.safeParse(timeouts);
  if (!isMapping(health) || !parsed.success) return document;
  const { start } = parsed.data;
  return { ...document, health: { timeout: start, startPeriod: start, ...health } };
}

/** Defaults that depend on other fields. */
function withDefaults(document: Record<string, unknown>): Record<string, unknown> {
  const { services } = document;
  const listed = Array.isArray(services)
    ? { services: services.map((one: unknown) => (isMapping(one) ? withRoom(one) : one)) }
    : {};
  return { ...withRoom(withPatience(withRemote(document))), ...listed };
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
  const parsed = manifestSchema.safeParse(withDefaults(document));
  const findings = [
    ...(parsed.success ? [] : zodFindings(parsed.error, document, manifestSchema)),
    ...[crossFieldFindings, serviceFindings, remoteFindings].flatMap((check) =>
      check(checkedFields(withDefaults(document)), document),
    ),
  ];
  if (findings.length > 0 || !parsed.success) return { problems: located(findings, file, locate) };
  return { manifest: parsed.data, problems: [] };
}

/** All secrets of a server, or of a companion, with their files, the database's address among them. */
export function secretFiles({
  secrets,
  database = false,
}: Pick<Manifest, "secrets"> & { database?: boolean }): SecretFile[] {
  const dsn: Secret = { name: DATABASE_SECRET, description: "Address of the PostgreSQL database", required: true };
  // The manifest may declare it too, to say how the server gets it.
  const declared = secrets.map((secret) =>
    database && secret.name === DATABASE_SECRET ? { ...dsn, ...secret } : secret,
  );
  const brought = database && !secrets.some(({ name }) => name === DATABASE_SECRET) ? [dsn] : [];
  return [...declared, ...brought].map((secret) => ({
    ...secret,
    file: secret.file ?? `/run/secrets/${secret.name}`,
  }));
}

/**
 * The secrets whose values the stack's config has for the server, the companions' among them: all but the database's
 * address, which the stack makes, and those of shared services. One that several ask for has one value, and is required when one of them requires it.
 */
export function configuredSecrets({ secrets, services, database }: Manifest): Secret[] {
  const asked = new Map<string, Secret>();
  for (const secret of [
    ...secrets.filter(({ from }) => from === undefined),
    ...services.flatMap((service) => service.secrets),
  ]) {
    const first = asked.get(secret.name);
    asked.set(secret.name, first ? { ...secret, ...first, required: first.required || secret.required } : secret);
  }
  return [...asked.values()].filter(({ name }) => !(database && name === DATABASE_SECRET));
}

/** True when the server has a network of its own; else it has none at all. */
export function needsNetwork({ transport, egress, database, services, uses }: Manifest): boolean {
  const beside = services.length + uses.length;
  return transport.type !== TransportType.Stdio || egress.length > 0 || database || beside > 0;
}
