import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addServer } from "../../tests/support/fleet/catalog";
import { must } from "../../tests/support/fleet/command";
import { ROOT } from "../../tests/support/fleet/stack";

/** How many images are different ones; the servers share them out. */
const BUILDS = 5;
const FIRST_USER = 11_000;

/** Compiles the program that all servers are: static, so that an image holds nothing else. @returns its path */
export async function compile(folder: string): Promise<string> {
  const program = join(folder, "server");
  await must("gcc", ["-static", "-O2", "-o", program, join(ROOT, "tests/fixtures/hostile/server.c")]);
  return program;
}

/** Puts servers into a catalog. @param from the first one's number @param to the last one's */
export async function addServers(catalog: string, program: string, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    const name = `s${String(number).padStart(3, "0")}`;
    await addServer(catalog, {
      ...{ name, description: "One of many", version: "1.0.0", user: FIRST_USER + number, build: { context: "." } },
      transport: { type: "stdio", command: ["/server"] },
      resources: { memory: "32m", cpus: 0.5, processes: 32 },
      // As often as by default: what fifty servers' checks take is part of what is measured.
    });
    const folder = join(catalog, name);
    await mkdir(folder, { recursive: true });
    await copyFile(program, join(folder, "server"));
    await writeFile(
      join(folder, "Dockerfile"),
      `FROM scratch\nCOPY server /server\nLABEL bench.build=${number % BUILDS}\n`,
    );
  }
}
