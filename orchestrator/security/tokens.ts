import { hash, timingSafeEqual } from "node:crypto";
import type { StoredToken } from "../../config/orchestrator-config";
import type { Principal } from "./principal";

/** SHA-256. */
export function digestOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

/** Bearer tokens and their holders. Only the tokens' hashes are kept. */
export class TokenTable {
  readonly #entries: { digest: Buffer; principal: Principal }[];

  /** @param tokens their SHA-256 in hex, and who holds them */
  constructor(tokens: readonly { sha256: string; principal: Principal }[]) {
    this.#entries = tokens.map(({ sha256, principal }) => ({ digest: Buffer.from(sha256, "hex"), principal }));
  }

  /** Finds a token by its hash. Compares with every hash in constant time, so that the time reveals nothing. */
  find(digest: Buffer): Principal | undefined {
    let found: Principal | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
    return found;
  }
}

/** The holder of a token of the stack. */
export function principalOf({ name, scopes, servers, tools }: StoredToken): Principal {
  return { name, scopes: new Set(scopes), servers: servers && new Set(servers), tools };
}
