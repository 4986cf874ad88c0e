import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFixture } from "../../fixtures/conformance/bundle";
import { addServer } from "./catalog";

/** Servers of a test's catalog that all run the conformance fixture. */
export const FIXTURES = {
  /** stdio, both eras. */
  both: "conformance",
  /** Streamable HTTP, both eras. */
  http: "conformance-http",
  /** stdio, as a server of 2025 is. */
  legacy: "conformance-legacy",
  /** stdio, and it knows nothing older than 2026-07-28. */
  modern: "conformance-modern",
} as const;

const PORT = 3000;
const DOCKERFILE = `FROM node:24-trixie-slim
COPY fixture.js /app/
ENTRYPOINT ["node", "/app/fixture.js"]
`;

/** Adds all of them; their images are the same, so that the engine builds once. */
export async function addFixtures(catalog: string): Promise<void> {
  await addStdio(catalog, FIXTURES.both, 11_020, "both");
  await addStdio(catalog, FIXTURES.legacy, 11_021, "legacy");
  await addStdio(catalog, FIXTURES.modern, 11_022, "modern");
  await addHttp(catalog, FIXTURES.http, 11_023);
}

/** Adds the one that speaks Streamable HTTP. */
export function addHttp(catalog: string, name: string, user: number): Promise<void> {
  return add(catalog, name, user, {
    type: "streamable-http",
    port: PORT,
    command: ["node", "/app/fixture.js", "--http", String(PORT), "--host", "0.0.0.0"],
  });
}

function addStdio(catalog: string, name: string, user: number, era: string): Promise<void> {
  return add(catalog, name, user, {
    type: "stdio",
    command: ["node", "/app/fixture.js", "--era", era, "--share", "/tmp/world"],
  });
}

async function add(catalog: string, name: string, user: number, transport: Record<string, unknown>): Promise<void> {
  const folder = join(catalog, name);
  await mkdir(folder, { recursive: true });
  bundleFixture(join(folder, "fixture.js"));
  await writeFile(join(folder, "Dockerfile"), DOCKERFILE);
  await writeFile(join(folder, ".dockerignore"), ".dockerignore\nserver.yaml\n");
  await addServer(catalog, {
    name,
    description: "The official conformance suite's fixture",
    version: "1.0.0",
    build: { context: "." },
    transport,
    user,
    // A session is a Node process: about 50 MB and ten threads.
    resources: { cpus: 2, memory: "1g", processes: 512 },
    sessions: { mode: "per-client", max: 16, idleTimeout: "2m" },
    timeouts: { call: "20s" },
  });
}
