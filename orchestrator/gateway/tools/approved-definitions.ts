import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../../lib/atomic-file";
import { parseExactly } from "../../../lib/exact-json";
import { isMapping } from "../../../lib/mapping";
import type { JsonObject } from "../wire/json-rpc";

/** Characters of JSON of one definition that is kept. */
const ONE = 64 * 1024;
/** Characters of JSON kept of one server's definitions. */
const ALL = 1024 * 1024;

/** Definitions by the tool's name. */
type Definitions = Record<string, JsonObject>;

/**
 * Keeps what approved definitions say, so that a changed one can be seen beside the approved one: a file for each
 * server, read only when somebody looks. What is approved, ToolApprovals alone decides, by digests. A definition that is too
 * large is left out.
 */
export class ApprovedDefinitions {
  /** Servers whose file was there, or was written. */
  readonly #known = new Set<string>();

  /**
   * @param folder the first write creates it
   * @param failed called when a file cannot be written or read; there is then nothing to compare with
   */
  constructor(
    private readonly folder: string,
    private readonly failed: (error: Error) => void,
  ) {}

  /** True when something is kept of the server, from before the orchestrator's start too. */
  knows(server: string): boolean {
    if (!this.#known.has(server) && existsSync(this.#file(server))) this.#known.add(server);
    return this.#known.has(server);
  }

  /** Keeps these. @param beside true: beside those that are kept; else in their place */
  keep(server: string, definitions: Definitions, beside = false): void {
    this.#known.add(server); // also when it fails: it is not tried again for each list
    const all = beside ? { ...this.of(server), ...definitions } : definitions;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeAtomically(this.#file(server), bounded(all), { mode: 0o600 });
    } catch (error) {
      this.failed(error as Error);
    }
  }

  /** Returns what is kept of a server. */
  of(server: string): Definitions {
    try {
      const read = parseExactly(readFileSync(this.#file(server), "utf8"));
      const kept = isMapping(read) ? Object.entries(read) : [];
      return Object.fromEntries(kept.filter((one): one is [string, JsonObject] => isMapping(one[1])));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.failed(error as Error);
      return {};
    }
  }

  forget(server: string): void {
    this.#known.delete(server);
    try {
      rmSync(this.#file(server), { force: true });
    } catch (error) {
      this.failed(error as Error);
    }
  }

  /** A server's name is small letters, digits and hyphens: it leads nowhere else. */
  #file(server: string): string {
    return join(this.folder, `${server}.json`);
  }
}

/** As JSON, within the limits. */
function bounded(definitions: Definitions): string {
  const kept: string[] = [];
  let left = ALL;
  for (const [name, definition] of Object.entries(definitions)) {
    const json = JSON.stringify(definition);
    if (json.length > ONE || json.length > left) continue;
    left -= json.length;
    kept.push(`${JSON.stringify(name)}:${json}`);
  }
  return `{${kept.join(",\n")}}\n`;
}
