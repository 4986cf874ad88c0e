import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { must } from "./command";
import { type Fleet, tryDocker } from "./fleet";
import { ROOT, type TestStack } from "./stack";

/** A catalog folder of the test's own, with copies of the given real servers. */
export async function copyCatalog(stack: TestStack, ...servers: string[]): Promise<string> {
  const catalog = join(stack.folder, "catalog");
  for (const server of servers) await cp(join(ROOT, "mcp", server), join(catalog, server), { recursive: true });
  await mkdir(catalog, { recursive: true });
  return catalog;
}

/** Adds a server to a catalog: one folder with one file. */
export async function addServer(
  catalog: string,
  manifest: { name: string } & Record<string, unknown>,
  folder = manifest.name,
): Promise<void> {
  await mkdir(join(catalog, folder), { recursive: true });
  await writeFile(join(catalog, folder, "server.yaml"), stringify(manifest));
}

export async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} was not changed`);
  await writeFile(file, after);
}

export const HOSTILE_IMAGE = "example/hostile:1.0";

/** Loads an image that is not ours into the engine: one static program, no shell, nothing else. */
export async function loadHostileImage(fleet: Fleet, image = HOSTILE_IMAGE): Promise<void> {
  const folder = join(fleet.stack.folder, "hostile");
  await mkdir(folder, { recursive: true });
  const source = join(ROOT, "tests/fixtures/hostile/server.c");
  await must("gcc", ["-static", "-O2", "-o", join(folder, "server"), source]);
  await must("tar", ["-cf", join(folder, "image.tar"), "-C", folder, "server"]);
  const imported = await tryDocker(fleet, ["import", join(folder, "image.tar"), image]);
  if (imported.code !== 0) throw new Error(imported.stderr);
}

/** The manifest of a server in that image: an image reference, a command, and what every manifest has to say. */
export function hostileManifest(name: string, user: number): { name: string } & Record<string, unknown> {
  return {
    name,
    description: "A test's server",
    version: "1.0.0",
    image: HOSTILE_IMAGE,
    transport: { type: "stdio", command: ["/server"] },
    user,
  };
}
