import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";

/** An OAuth issuer on loopback: metadata, keys, tokens. It counts what it is asked. */
export class Issuer {
  readonly asked: Record<string, number> = {};
  /** Answers 500 to everything. */
  down = false;
  /** Takes questions and does not answer. */
  silent = false;
  /** What the metadata says the issuer is. @default the truth */
  claimsToBe?: string;
  /** Where metadata is: RFC 8414's or OpenID Connect's. */
  metadataAt = "/.well-known/oauth-authorization-server";
  #keys: Record<string, CryptoKeyPair> = {};
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "";
    this.asked[path] = (this.asked[path] ?? 0) + 1;
    if (this.silent) return;
    void this.#answer(path).then((body) => {
      response.statusCode = this.down ? 500 : body === undefined ? 404 : 200;
      response.end(this.down ? "" : JSON.stringify(body));
    });
  });

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    await this.rotate("first");
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keysAsked(): number {
    return this.asked["/keys"] ?? 0;
  }

  /** A new key in place of all others. */
  async rotate(kid: string): Promise<void> {
    this.#keys = { [kid]: await generateKeyPair("ES256") };
  }

  /** The public key of a kid, as text. */
  publicPem(kid: string): Promise<string> {
    return exportSPKI((this.#keys[kid] as CryptoKeyPair).publicKey);
  }

  /** A token that is right for the resource, but for the changes. An undefined claim is left out. */
  async token(changes: Record<string, unknown> = {}, header: { kid?: string; key?: CryptoKey } = {}): Promise<string> {
    const kid = header.kid ?? (Object.keys(this.#keys)[0] as string);
    const key = header.key ?? (this.#keys[kid] as CryptoKeyPair).privateKey;
    const now = Math.floor(Date.now() / 1000);
    const right = { iss: this.url, aud: "http://127.0.0.1:18080", sub: "alice", scope: "mcp openid", exp: now + 600 };
    return new SignJWT({ ...right, ...changes }).setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" }).sign(key);
  }

  async #answer(path: string): Promise<unknown> {
    if (path === this.metadataAt) return { issuer: this.claimsToBe ?? this.url, jwks_uri: `${this.url}/keys` };
    if (path !== "/keys") return undefined;
    const all = Object.entries(this.#keys).map(async ([kid, pair]) => ({ ...(await exportJWK(pair.publicKey)), kid }));
    return { keys: await Promise.all(all) };
  }
}
type CryptoKeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
type CryptoKey = CryptoKeyPair["privateKey"];
