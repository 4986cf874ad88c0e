import { lookup } from "node:dns/promises";
import { contains } from "../../../../lib/addresses";
import { ProblemsError } from "../../../../lib/problems";
import { NOT_PUBLIC } from "../../../../lib/special-addresses";

/** All addresses of a host name; an address is its own. @throws Error for a name that has none */
export type Resolve = (host: string) => Promise<string[]>;

const resolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Docker Hub, as references without a registry mean it. */
const HUB = ["docker.io", "index.docker.io"];

/** The registry that a reference names; undefined for Docker Hub. Docker takes a first part of this look for a host. */
export function registryOf(reference: string): string | undefined {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length === 0) return undefined;
  const host = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  return host && !HUB.includes(first) ? first : undefined;
}

/** `registry.lan`, `10.0.0.1` or `::1` of a registry with or without a port. */
function hostOf(registry: string): string {
  return registry.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

async function isPublic(host: string, ask: Resolve): Promise<boolean> {
  // A name that has no address here may have one for the engine, which sees the names of its own network.
  const addresses = await ask(host).catch(() => []);
  return addresses.length > 0 && !addresses.some((address) => NOT_PUBLIC.some((block) => contains(block, address)));
}

/**
 * Refuses an image of a registry that has private addresses, or none: to pull it would be to try out what the engine
 * can reach, and the error would tell. A registry that the config names in `deploy.images` may be anywhere.
 * @throws ProblemsError, which tells nothing of the addresses
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
