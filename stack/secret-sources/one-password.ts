import type { Settings } from "../../config/settings";
import { isMapping } from "../../lib/mapping";
import { ask } from "./ask";

export type OnePasswordAccess = NonNullable<NonNullable<Settings["secretSources"]>["onePassword"]>;

/** Ids of 1Password: 26 lower-case letters and digits. */
const ID = /^[a-z0-9]{26}$/;

/** Reads secrets from 1Password Connect. */
export class OnePassword {
  constructor(private readonly access: OnePasswordAccess) {}

  /** @param place `VAULT/ITEM/FIELD`, each by name or id @throws Error with what was wrong instead */
  async value(place: string): Promise<string> {
    const [vault, item, field, ...more] = place.split("/").map(decodeURIComponent);
    if (!vault || !item || !field || more.length > 0) throw new Error("no place like op://VAULT/ITEM/FIELD");
    const inVault = `/v1/vaults/${await this.#id("/v1/vaults", "name", vault, "vault")}`;
    const answer = await this.#get(`${inVault}/items/${await this.#id(`${inVault}/items`, "title", item, "item")}`);
    const fields = isMapping(answer) && Array.isArray(answer.fields) ? answer.fields.filter(isMapping) : [];
    const value = fields.find(({ id, label }) => id === field || label === field)?.value;
    if (typeof value !== "string") throw new Error("no such field there");
    return value;
  }

  async #id(path: string, by: string, name: string, what: string): Promise<string> {
    if (ID.test(name)) return name;
    const query = new URLSearchParams({ filter: `${by} eq ${JSON.stringify(name)}` });
    const found = await this.#get(`${path}?${query}`);
    const ids = Array.isArray(found) ? found.filter(isMapping).map(({ id }) => String(id)) : [];
    if (ids.length !== 1)
      throw new Error(ids.length === 0 ? `no such ${what}` : `${ids.length} of that name: give the ${what}'s id`);
    return String(ids[0]);
  }

  #get(path: string): Promise<unknown> {
    const { address, token, ca } = this.access;
    return ask(`${address}${path}`, { headers: { authorization: `Bearer ${token}` }, ca });
  }
}
