import type { Settings } from "../../config/settings";
import { isMapping } from "../../lib/mapping";
import { ask } from "./ask";

export type VaultAccess = NonNullable<NonNullable<Settings["secretSources"]>["vault"]>;

/** Reads secrets of Vault's or OpenBao's KV engine, version 2. It signs in once, and reads each path once. */
export class Vault {
  #token: Promise<string> | undefined;
  readonly #read = new Map<string, Promise<Record<string, unknown>>>();

  constructor(private readonly access: VaultAccess) {}

  /** @param place `MOUNT/PATH#FIELD` @throws Error with what was wrong instead */
  async value(place: string): Promise<string> {
    const [, mount, path, field] = /^([\w-]+)\/([^#?]+)#([^#]+)$/.exec(place) ?? [];
    if (!mount || !path || !field || path.split("/").some((part) => /^\.{0,2}$/.test(part)))
      throw new Error("no place like vault://MOUNT/PATH#FIELD");
    const key = `${mount}/${path}`;
    const data = this.#read.get(key) ?? this.#data(mount, path);
    this.#read.set(key, data);
    const value = (await data)[field];
    if (typeof value !== "string")
      throw new Error(value === undefined ? "no such field there" : "a field that is no text");
    return value;
  }

  async #data(mount: string, path: string): Promise<Record<string, unknown>> {
    const { address, ca } = this.access;
    this.#token ??= this.#signIn();
    const headers = { ...this.#headers(), "X-Vault-Token": await this.#token };
    const where = path.split("/").map(encodeURIComponent).join("/");
    const answer = await ask(`${address}/v1/${mount}/data/${where}`, { headers, ca });
    const data = isMapping(answer) && isMapping(answer.data) ? answer.data.data : undefined;
    if (!isMapping(data)) throw new Error("an answer without data.data: is the mount a KV engine of version 2?");
    return data;
  }

  async #signIn(): Promise<string> {
    const { address, ca, token, appRole } = this.access;
    if (token !== undefined) return token;
    const body = { role_id: appRole?.id, secret_id: appRole?.secret };
    const url = `${address}/v1/auth/${appRole?.mount}/login`;
    const answer = await ask(url, { method: "POST", headers: this.#headers(), body, ca }).catch((error: Error) => {
      throw new Error(`${error.message} to the sign-in by AppRole`);
    });
    const auth = isMapping(answer) && isMapping(answer.auth) ? answer.auth.client_token : undefined;
    if (typeof auth !== "string") throw new Error("no token from the sign-in by AppRole");
    return auth;
  }

  #headers(): Record<string, string> {
    const { namespace } = this.access;
    return namespace === undefined ? {} : { "X-Vault-Namespace": namespace };
  }
}
