import { z } from "zod";
import { parseJson } from "../../lib/json";
import { oneLine } from "../../lib/plain-text";
import { CliError, ExitCode } from "../errors";
import { entrySchema, type Named } from "./client-server";

/** The tag that services of MCP servers have, those of other fleets too. */
const TAG = "mcp";
/** The tag of a fleet's URL for all of its servers. */
const ALL = "all-servers";
/** Milliseconds for one answer. */
const PATIENCE_MS = 10_000;

const namesSchema = z.record(z.string(), z.array(z.string()));
const instancesSchema = z.array(
  z.object({
    Node: z.object({ Address: z.string() }),
    Service: z.object({
      Address: z.string(),
      Port: z.number(),
      Tags: z.array(z.string()).nullish(),
      Meta: z.record(z.string(), z.string()).nullish(),
    }),
  }),
);
type Instance = z.infer<typeof instancesSchema>[number];

/** Where a Consul is. */
export interface ConsulCatalog {
  /** Its HTTP API. */
  address: string;
  /** @default as nobody */
  token?: string;
}

/**
 * The MCP servers of a Consul's catalog, as a client would have them: services with the tag `mcp`, at the address of an
 * instance that is well.
 * @param own how clients reach this fleet: what it registered itself is left out
 * @throws CliError when the Consul does not say
 */
export async function consulServers(consul: ConsulCatalog, own: string): Promise<Named[]> {
  const names = await ask(consul, "/v1/catalog/services", namesSchema);
  const found: Named[] = [];
  for (const name of Object.keys(names).sort()) {
    if (!names[name]?.includes(TAG)) continue;
    const path = `/v1/health/service/${encodeURIComponent(name)}?passing=true`;
    const [instance] = await ask(consul, path, instancesSchema);
    const url = instance && urlOf(instance);
    if (url !== undefined && `${url}/`.startsWith(`${own}/`)) continue;
    found.push(named(name, instance, url));
  }
  return found;
}

function named(name: string, instance: Instance | undefined, url: string | undefined): Named {
  if (!instance) return { name, why: "none of its instances is well in Consul" };
  const { Tags, Meta } = instance.Service;
  if (Tags?.includes(ALL)) return { name, why: "it stands for all servers of a fleet, which are here one by one" };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as clients write what is to be filled in
  const headers = Meta?.authentication === "bearer" ? { Authorization: "Bearer ${TOKEN}" } : undefined;
  const type = Meta?.transport === "sse" ? "sse" : "http";
  return { name: Meta?.server ?? name.replace(/^mcp-/, ""), server: entrySchema.parse({ url, type, headers }) };
}

/** Where an instance speaks MCP: its own word, or what Consul knows, at /mcp. */
function urlOf({ Node, Service: { Address, Port, Meta } }: Instance): string {
  const { url, scheme = Port === 443 ? "https" : "http", path = "/mcp" } = Meta ?? {};
  if (url && /^https?:\/\//.test(url) && URL.canParse(url)) return url;
  return `${scheme}://${Address || Node.Address}:${Port}${path.startsWith("/") ? path : `/${path}`}`;
}

async function ask<Answer>(
  { address, token }: ConsulCatalog,
  path: string,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const headers = token ? { "x-consul-token": token } : undefined;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const failed = (got: string) =>
    new CliError(
      `${address}: got ${got}, expected the catalog of a Consul`,
      ExitCode.Failed,
      token ? undefined : "a Consul with ACLs wants a token: CONSUL_HTTP_TOKEN",
    );
  const answer = await fetch(address + path, { headers, signal, redirect: "error" }).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as { code?: string };
    throw failed(code ?? error.message);
  });
  const text = await answer.text();
  if (!answer.ok) throw failed(`${answer.status}, ${oneLine(text, 200)}`);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw failed("another document");
  return parsed.data;
}
