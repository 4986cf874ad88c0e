import { formatProblem } from "../../../lib/problems";
import { parseManifest } from "../../../manifest/manifest";
import type { Manifest } from "../../../manifest/types";

/** The least a stdio server's manifest needs; `more` replaces or adds keys, undefined takes one away. */
export function document(more: Record<string, unknown> = {}): Record<string, unknown> {
  const least = {
    name: "echo",
    description: "Says it again",
    version: "1.0.0",
    image: "example/echo:1.0.0",
    transport: { type: "stdio", command: ["/echo"] },
    user: 11_000,
  };
  return Object.fromEntries(Object.entries({ ...least, ...more }).filter(([, value]) => value !== undefined));
}

/** A checked manifest. @throws Error when it is none */
export function manifest(more: Record<string, unknown> = {}): Manifest {
  const { manifest: parsed, problems } = parseManifest(document(more), "f");
  if (!parsed) throw new Error(problems.map(formatProblem).join("\n"));
  return parsed;
}

/** What is wrong with a document, as the user reads it. */
export function problemsOf(value: unknown): string[] {
  return parseManifest(value, "f").problems.map(formatProblem);
}
