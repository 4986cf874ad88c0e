import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a client said. */
export interface Heard {
  id?: number | string;
  method: string;
  params?: Record<string, unknown>;
}
/** Characters of a message that is too long to be looked at. */
const LONG = 2 ** 20;
/** Nothing is said. */
export const SILENT = Symbol("nothing");
/** What a server says to it; undefined: what a server usually says. */
export type Answers = (message: Heard, say: (line: unknown) => void, socket: Socket) => unknown;

/** A server that says whatever a test wants, on a socket as mcp-init has it. */
export class HostileServer {
  readonly heard: Heard[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-hostile-"));
  readonly socket = join(this.#folder, "s.sock");
  readonly #server: Server;

  constructor(answer: Answers) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      const say = (line: unknown) => void socket.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
      const lines = createInterface(socket).on("error", () => {}); // it says the socket's again
      lines.on("line", (line) => {
        if (line.length > LONG) return; // nobody waits for an answer to it
        const message = messageOf(line);
        if (!message) return;
        this.heard.push(message);
        if (message.id === undefined) return;
        const { id, method } = message;
        const said = answer(message, say, socket);
        if (said === SILENT) return;
        if (said !== undefined) say(said);
        else if (method === "initialize") {
          const capabilities = { tools: { listChanged: true } };
          const serverInfo = { name: "h", version: "1" };
          say({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-06-18", capabilities, serverInfo } });
        } else if (method === "server/discover") say({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } });
        else say({ jsonrpc: "2.0", id, result: {} });
      });
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.socket, resolve));
    return this;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A line that was cut off is no message. */
function messageOf(line: string): Heard | undefined {
  try {
    return JSON.parse(line) as Heard;
  } catch {
    return undefined;
  }
}
