import { secretNameOf } from "../../manifest/secret-names";
import type { ClientServer } from "./client-server";
import type { Understood } from "./start";
import { REFERENCE } from "./variables";

/** A server that the client reaches at an address. Nothing that the file says in a header gets into server.yaml: each is a secret. */
export function remoteOf(address: string, { type = "", headers = {}, env = {} }: ClientServer): Understood {
  if (!URL.canParse(address)) return { why: "its address is no URL" };
  const url = new URL(address);
  if (url.username || url.password || url.search)
    return { why: "it is at an address with a password or a query in it, which may be a key: put that into a header" };
  const protocol = /sse/i.test(type) || /\/sse\/?$/.test(url.pathname) ? "sse" : "streamable-http";
  const made: Record<string, object> = {};
  const values: Record<string, string> = {};
  const open: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const [reference, ...variables] = REFERENCE.exec(value) ?? [];
    const variable = variables.find(Boolean);
    const secret = secretNameOf(reference === undefined ? name : (variable ?? name));
    const template = reference === undefined ? "{}" : value.replace(reference, "{}");
    made[name] = { secret, ...(template === "{}" ? {} : { value: template }) };
    const given = reference === undefined ? value : (env[variable ?? ""] ?? ""); // the entry's own, as a bridge has it
    if (given !== "" && !REFERENCE.test(given)) values[secret] = given;
    else open.push(secret);
  }
  const secrets = Object.values(made).map((header) => ({ name: (header as { secret: string }).secret }));
  const manifest = secrets.length > 0 ? { headers: made, secrets } : {};
  return { source: { kind: "remote", url: url.href, protocol }, args: [], manifest, values, open };
}
