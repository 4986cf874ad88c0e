import { lookup } from "node:dns/promises";
import { contains } from "../../../../lib/addresses";
import { ProblemsError } from "../../../../lib/problems";
import { NOT_PUBLIC } from "../../../../lib/special-addresses";

/** Returns all addresses of a host name; an address returns itself. @throws Error for a name that has none */
export type Resolve = (host: string) => Promise<string[]>;

const resolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Names of Docker Hub. A reference without a registry means it too. */
const HUB = ["docker.io", "index.docker.io"];

/**
 * Returns the registry that a reference names; undefined for Docker Hub. Like Docker, it takes the first part for a
 * host when that part has a dot, a port or an upper-case letter, or is `localhost`.
 */
export function registryOf(reference: string): string | undefined {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length === 0) return undefined;
  const host = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  return host && !HUB.includes(first) ? first : undefined;
}

/** Returns a registry's host, without a port or brackets: `registry.lan`, `10.0.0.1` or `::1`. */
function hostOf(registry: string): string {
  return registry.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

async function isPublic(host: string, ask: Resolve): Promise<boolean> {
  // The engine may find an address where we find none: it knows the names of its own network.
  const addresses = await ask(host).catch(() => []);
  return addresses.length > 0 && !addresses.some((address) => NOT_PUBLIC.some((block) => contains(block, address)));
}

/**
 * Refuses an image whose registry has private addresses, or none. Otherwise a caller could scan the engine's network:
 * the error of a pull tells whether something answers there. A registry that the config names in `deploy.images` may be
 * anywhere.
 * @throws ProblemsError, which does not show the addresses
 */
export async function mustBePublic(reference: string, images: readonly string[], ask = resolve): Promise<void> {
  const registry = registryOf(reference);
  if (registry === undefined || images.some((pattern) => pattern.startsWith(`${registry}/`))) return;
  if (await isPublic(hostOf(registry), ask)) return;
  const got = JSON.stringify(reference);
  const fix = `name it in the stack's config: deploy.images: ["${registry}/*"]`;
  throw new ProblemsError([
    { file: "manifest", path: "image", got, expected: "a registry with public addresses", fix },
  ]);
}
