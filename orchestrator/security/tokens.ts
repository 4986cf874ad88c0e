import { hash, timingSafeEqual } from "node:crypto";
import type { StoredToken } from "../../config/orchestrator-config";
import type { Principal } from "./principal";

/** SHA-256. */
export function digestOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

/** The stack's own bearer tokens. Only their hashes are kept. */
export class TokenTable {
  readonly #entries: { digest: Buffer; principal: Principal }[];

  constructor(tokens: readonly StoredToken[]) {
    this.#entries = tokens.map((token) => ({
      digest: Buffer.from(token.sha256, "hex"),
      principal: principalOf(token),
    }));
  }

  /** Finds a token by its hash. Compares with every hash in constant time, so that the time reveals nothing. */
  find(digest: Buffer): Principal | undefined {
    let found: Principal | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
    return found;
  }
}

function principalOf({ name, scopes, servers, tools }: StoredToken): Principal {
  return { name, scopes: new Set(scopes), servers: servers && new Set(servers), tools };
}
