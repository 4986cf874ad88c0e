import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../../../lib/atomic-file";

/** Digests of a server's approved tools by name. */
type Approved = Record<string, string>;

/**
 * The approved tools of all servers, in one file on the orchestrator's volume. What a server shows first is approved
 * (trust on first use); what differs later is not, until somebody approves it.
 */
export class ToolApprovals {
  readonly #servers: Map<string, Approved>;

  /**
   * @param file JSON; made with its folder when it is not there
   * @param failed told when it cannot be written: approvals then hold until the end of this process
   */
  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void,
  ) {
    this.#servers = new Map(Object.entries(read(file)));
  }

  /** True when the server's tools have been seen before. */
  knows(server: string): boolean {
    return this.#servers.has(server);
  }

  state(server: string, tool: string, digest: string): "approved" | "changed" | "new" {
    const tools = this.#servers.get(server) ?? {};
    if (!Object.hasOwn(tools, tool)) return "new";
    return tools[tool] === digest ? "approved" : "changed";
  }

  approve(server: string, tools: Approved): void {
    this.#servers.set(server, tools);
    this.#write();
  }

  /** A server that was removed through the API is forgotten: another one of that name starts anew. */
  forget(server: string): void {
    if (this.#servers.delete(server)) this.#write();
  }

  #write(): void {
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      const text = JSON.stringify(Object.fromEntries(this.#servers), undefined, 1);
      writeAtomically(this.file, text, { mode: 0o600, durable: true });
    } catch (error) {
      this.failed(error as Error);
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
