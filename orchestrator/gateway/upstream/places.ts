import { Holders } from "../../../lib/holders";
import type { Upstream } from "./upstream";

/**
 * Counts the connections to one server by principal. The warm pool and the gateway's own connections belong to none.
 */
export class Places {
  readonly #owners = new Map<Upstream, string>();
  readonly #held = new Holders();

  /** Tells whether `other` must give up an idle connection for `who`. The gateway itself (undefined) may take any. */
  yields(other: string, who: string | undefined): boolean {
    return who === undefined || this.#held.yields(other, who);
  }

  /** Counts a connection for a principal, from the start of its opening. @param who undefined: it counts for none */
  async taken(who: string | undefined, opening: Upstream | Promise<Upstream>): Promise<Upstream> {
    if (who === undefined) return opening;
    this.#held.add(who);
    let upstream: Upstream | undefined;
    try {
      upstream = await opening;
      if (upstream.alive) this.#owners.set(upstream, who);
      return upstream;
    } finally {
      if (!upstream?.alive) this.#held.remove(who);
    }
  }

  /** The principal that a connection counts for; undefined: none. */
  ownerOf(upstream: Upstream): string | undefined {
    return this.#owners.get(upstream);
  }

  /** Takes a connection that has ended out of the count. */
  left(upstream: Upstream): void {
    const owner = this.#owners.get(upstream);
    if (owner !== undefined) this.#held.remove(owner);
    this.#owners.delete(upstream);
  }

  /**
   * Picks a connection to end for a principal without any: an idle one, else one in use, of the principal with the
   * most.
   * @returns undefined when no principal has more than one
   */
  givenTo(who: string): Upstream | undefined {
    const most = this.#held.givesTo(who);
    if (most === undefined) return undefined;
    const its = [...this.#owners].filter(([, owner]) => owner === most).map(([upstream]) => upstream);
    return its.find(({ user }) => user.idle) ?? its[0];
  }
}
