import { rmSync } from "node:fs";
import type { Plan } from "../add/plan";
import { writeFolder } from "../add/write";
import { config, keepSecret, pathOf } from "../secrets/store";
import { configOf, type Lent } from "./lend";

/** What is kept of one server. */
export interface Kept {
  planned: Plan;
  /** Values of its secrets, by their names. */
  values: Record<string, string>;
  lent: Lent[];
  /** What is there is replaced; it does not come back when the config cannot be changed. @default false */
  force?: boolean;
}

/** How the stack's config is changed. */
export interface ConfigChanges {
  set(server: string, secret: string, value: string): Promise<void>;
  remove(server: string, secret: string): Promise<void>;
  /** All of them or none. */
  setPlain(all: [path: string, value: string][]): Promise<void>;
}

/** The stack's config, by Pulumi. Values of secrets go to it on standard input. */
export const STACK_CONFIG: ConfigChanges = {
  set: keepSecret,
  remove: (server, secret) => config(["rm", "--path", pathOf(server, secret)]),
  setPlain: (all) =>
    config(["set-all", "--path", ...all.flatMap(([path, value]) => ["--plaintext", `dind-mcp:${path}=${value}`])]),
};

/**
 * Writes a server's folder, and puts its secrets and folders into the config.
 * @throws CliError when one of these fails: then none of it is left
 */
export async function keepServer({ planned, values, lent, force }: Kept, changes: ConfigChanges): Promise<void> {
  const { name, target, files, copies, replaces } = planned;
  const undo: (() => Promise<void> | void)[] = [];
  try {
    writeFolder(target, files, force, copies);
    if (!replaces) undo.push(() => rmSync(target, { recursive: true, force: true }));
    for (const [secret, value] of Object.entries(values)) {
      await changes.set(name, secret, value);
      undo.push(() => changes.remove(name, secret));
    }
    if (lent.length > 0) await changes.setPlain(configOf(lent, name));
  } catch (error) {
    for (const step of undo.reverse()) await Promise.resolve(step()).catch(() => {});
    throw error;
  }
}
