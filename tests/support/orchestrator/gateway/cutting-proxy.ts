import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a connection ends: in an orderly way, by a reset, after half of what was to be passed on, or for good. */
export const ENDS = ["end", "reset", "half", "dead"] as const;
export type End = (typeof ENDS)[number];

/** Where connections go: a path of a unix socket, or a port of this machine. */
export type Target = string | number;

/** Passes bytes on between two sides, and ends a connection at the moment it is told: before, in or after any piece. */
export class CuttingProxy {
  /** Moments since `arm`: a new connection is one, and each piece that came from either side. */
  moments = 0;
  #cut: { at: number; how: End } | undefined;
  #dead = false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #folder: string | undefined;

  constructor(private readonly target: Target) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#open(near));
  }

  /** @returns the port, or the path where the target is one */
  async listen(): Promise<Target> {
    if (typeof this.target === "string") this.#folder = mkdtempSync(join(tmpdir(), "mcp-cut-"));
    const path = this.#folder && join(this.#folder, "s.sock");
    const where = path === undefined ? { port: 0, host: "127.0.0.1" } : { path };
    await new Promise<void>((resolve) => this.#server.listen(where, resolve));
    return path ?? (this.#server.address() as AddressInfo).port;
  }

  /** Begins to count anew; the connection of that moment is ended. */
  arm(at: number, how: End): void {
    this.moments = 0;
    this.#dead = false;
    this.#cut = { at, how };
  }

  /** True when the moment has come. */
  get fired(): boolean {
    return this.#cut === undefined;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(near: Socket): void {
    near.on("error", () => {}); // the other side is told by "close"
    if (this.#dead) {
      near.destroy();
      return;
    }
    const { target } = this;
    const options = typeof target === "string" ? { path: target } : { port: target, host: "127.0.0.1" };
    const far = connect({ ...options, allowHalfOpen: true });
    far.on("error", () => {});
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (chunk) => {
        if (!this.#isMoment(near, far, to, chunk as Buffer)) to.write(chunk);
      });
      from.on("end", () => to.end());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    this.#isMoment(near, far, far, Buffer.alloc(0));
  }

  /** @returns whether this was the moment: then the connection is over */
  #isMoment(near: Socket, far: Socket, to: Socket, chunk: Buffer): boolean {
    if (this.moments++ !== this.#cut?.at) return false;
    const { how } = this.#cut;
    this.#cut = undefined;
    if (how === "half") to.write(chunk.subarray(0, chunk.length / 2));
    if (how === "dead") this.#dead = true;
    for (const side of [near, far]) {
      if (how === "end" || how === "half") side.end();
      else if (typeof this.target === "number") side.resetAndDestroy();
      else side.destroy();
    }
    return true;
  }
}
