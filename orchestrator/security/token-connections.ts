import type { Socket } from "node:net";
import type { Principal } from "./principal";

/** The last Authorization header on a connection, and its principal. */
interface Known {
  header: string;
  principal: Principal;
}

/**
 * Who sent the last request on each connection: the next request nearly always has the same token. Connections of
 * tokens that can be revoked are found by their principal as well.
 */
export class TokenConnections {
  readonly #known = new WeakMap<Socket, Known>();
  readonly #revocable = new Map<string, Set<Socket>>();

  of(socket: Socket): Known | undefined {
    return this.#known.get(socket);
  }

  /** @param isRevocable true for a token that may be revoked while the orchestrator runs */
  note(socket: Socket, known: Known, isRevocable: boolean): void {
    this.#known.set(socket, known);
    if (!isRevocable || socket.destroyed) return;
    const { name } = known.principal;
    const open = this.#revocable.get(name) ?? new Set();
    this.#revocable.set(name, open);
    if (open.has(socket)) return;
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      if (open.size === 0 && this.#revocable.get(name) === open) this.#revocable.delete(name);
    });
  }

  /** Closes the connections on which a principal sent the last request, with all that is open on them. */
  cut({ name }: Principal): void {
    for (const socket of this.#revocable.get(name) ?? []) {
      if (this.#known.get(socket)?.principal.name !== name) continue; // a proxy's, which now carries somebody else
      this.#known.delete(socket);
      socket.destroy();
    }
    this.#revocable.delete(name);
  }
}
