import type { Socket } from "node:net";
import type { Principal } from "./principal";

/** The last good Authorization header on a connection, the hash of its token, and its principal. */
interface Known {
  header: string;
  digest: Buffer;
  principal: Principal;
}

/** Milliseconds that a connection goes on whose token has got another value: calls that are under way end within it. */
const DRAIN_MS = 60_000;

/**
 * Who sent the last request on each connection: the next request nearly always has the same token. Connections are found
 * by their principal as well, because a token may be revoked or get another value.
 */
export class TokenConnections {
  readonly #known = new WeakMap<Socket, Known>();
  readonly #open = new Map<string, Set<Socket>>();

  of(socket: Socket): Known | undefined {
    return this.#known.get(socket);
  }

  note(socket: Socket, known: Known): void {
    this.#known.set(socket, known);
    if (socket.destroyed) return;
    const { name } = known.principal;
    const open = this.#open.get(name) ?? new Set();
    this.#open.set(name, open);
    if (open.has(socket)) return;
    open.add(socket);
    socket.once("close", () => {
      this.#known.delete(socket);
      open.delete(socket);
      if (open.size === 0 && this.#open.get(name) === open) this.#open.delete(name);
    });
  }

  /** Closes the connections on which a principal sent the last request, with all that is open on them. */
  cut({ name }: Principal): void {
    for (const socket of this.#open.get(name) ?? []) {
      if (this.#known.get(socket)?.principal.name !== name) continue; // a proxy's, which now carries somebody else
      this.#known.delete(socket);
      socket.destroy();
    }
    this.#open.delete(name);
  }

  /**
   * Forgets the tokens that are no longer good, and closes their connections after a minute: a stream would go on for
   * ever. A connection that sent a good token meanwhile stays.
   */
  retire(isGone: (known: Known) => boolean): void {
    for (const socket of new Set([...this.#open.values()].flatMap((sockets) => [...sockets]))) {
      const known = this.#known.get(socket);
      if (!known || !isGone(known)) continue;
      this.#known.delete(socket);
      setTimeout(() => {
        if (!this.#known.has(socket)) socket.destroy();
      }, DRAIN_MS).unref();
    }
  }
}
