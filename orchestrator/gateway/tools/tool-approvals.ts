import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../../../lib/atomic-file";

/** Digests of a server's approved tools, by the tool's name. */
type Approved = Record<string, string>;

/**
 * Keeps the approved tools of all servers in one file on the orchestrator's volume. A server's first list of tools is
 * approved as it is (trust on first use). A definition that differs later needs an operator's approval.
 */
export class ToolApprovals {
  readonly #servers: Map<string, Approved>;

  /**
   * @param file path of the JSON file; the first write creates it, with its folder
   * @param failed called when the file cannot be written; approvals then last until this process ends
   */
  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void,
  ) {
    this.#servers = new Map(Object.entries(read(file)));
  }

  /** True when the server's first list of tools was seen and approved. */
  knows(server: string): boolean {
    return this.#servers.has(server);
  }

  state(server: string, tool: string, digest: string): "approved" | "changed" | "new" {
    const tools = this.#servers.get(server) ?? {};
    if (!Object.hasOwn(tools, tool)) return "new";
    return tools[tool] === digest ? "approved" : "changed";
  }

  /** Returns the digests of a server's approved tools. */
  of(server: string): Approved {
    return this.#servers.get(server) ?? {};
  }

  /** @returns false when it could not be written: it then holds until the orchestrator starts again */
  approve(server: string, tools: Approved): boolean {
    this.#servers.set(server, tools);
    return this.#write();
  }

  /** Forgets a server that was removed through the API: a later one of that name starts with trust on first use. */
  forget(server: string): void {
    if (this.#servers.delete(server)) this.#write();
  }

  #write(): boolean {
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      const text = JSON.stringify(Object.fromEntries(this.#servers), undefined, 1);
      writeAtomically(this.file, text, { mode: 0o600, durable: true });
      return true;
    } catch (error) {
      this.failed(error as Error);
      return false;
    }
  }
}

const approvedSchema = z.record(z.string(), z.record(z.string(), z.string()));

function read(file: string): Record<string, Approved> {
  try {
    return approvedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file}: got ${why}, expected the approved tools as JSON; remove it to approve all anew`);
  }
}
