import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Heard } from "../orchestrator/gateway/hostile-server";
import { type Era, talk } from "../orchestrator/gateway/talkative";
import { anyValue, damaged, mangled, otherId, unasked } from "./mangle";
import type { Random } from "./random";

/** Writes something later. */
export type Write = (bytes: string | Buffer) => void;

/** Milliseconds between two things that are said: mostly none, now and then longer than any time-out. */
export const delay = (random: Random): number =>
  random.chance(0.8) ? 0 : random.below(random.chance(0.03) ? 3_000 : 50);

/** All that an evil server says to one message, each as the text or bytes that go out; empty: it is silent. */
export function saidTo(random: Random, era: Era, message: Heard): (string | Buffer)[] {
  const said: unknown[] = [];
  const answer = talk(era, message, (more) => void said.push(more));
  if (answer !== undefined && !random.chance(0.05)) said.push(answer);
  const isEvil = random.chance(message.method === "tools/call" ? 0.7 : 0.2);
  if (!isEvil) return said.map((one) => JSON.stringify(one));
  if (random.chance(0.2)) said.splice(random.below(said.length + 1), 0, unasked(random));
  if (random.chance(0.1)) said.push(answer); // twice
  if (random.chance(0.1)) said.reverse();
  const storm = random.chance(0.03)
    ? Array.from({ length: random.below(1_000) }, () => JSON.stringify(unasked(random)))
    : [];
  const texts = said.flatMap((one): string | Buffer => {
    const about = { ...(one as Record<string, unknown>) };
    if (random.chance(0.15)) about.id = otherId(random, about.id);
    if (random.chance(0.1)) return anyValue(random);
    const text = random.chance(0.5) ? mangled(random, about) : JSON.stringify(about);
    return random.chance(0.15) ? damaged(random, text) : text;
  });
  return [...storm, ...texts];
}

/** A server on a socket, of mcp-init's kind or of HTTP's, that speaks as a grammar has it; it knows who is connected. */
export abstract class EvilServer {
  protected readonly sockets = new Set<Socket>();
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-evil-"));
  protected readonly path = join(this.#folder, "s.sock");
  readonly #server: Server;

  constructor(
    protected readonly era: Era,
    protected readonly random: Random,
  ) {
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      if (this.random.chance(0.02)) socket.destroy();
      else this.serve(socket);
    });
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** @param where a port, or the path of the server's own socket */
  protected async start(where: { port: number; host: string } | { path: string }): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(where, resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  protected abstract serve(socket: Socket): void;

  /** Writes one after the other, with pauses between, in pieces now and then; then maybe ends the connection. */
  protected async write(socket: Socket, parts: (string | Buffer)[]): Promise<void> {
    const { random } = this;
    for (const part of parts) {
      const bytes = Buffer.from(part);
      const cut = random.chance(0.2) ? random.below(bytes.length + 1) : bytes.length;
      for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        const wait = delay(random);
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait).unref());
        if (socket.writable && piece.length > 0) socket.write(piece);
      }
    }
    if (random.chance(0.03)) random.pick([() => socket.end(), () => socket.destroy()])();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a line that came says; undefined when it is no message. */
export function heardIn(text: string): Heard | undefined {
  try {
    const message = JSON.parse(text) as Heard | null;
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
