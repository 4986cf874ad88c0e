import { readFileSync } from "node:fs";
import type { InternalNetworkArgs } from "../components/internal-network";
import type { Settings } from "../config/settings";

/**
 * The MTU that Docker gives its networks, whatever the host's own is; and the smallest that IPv4 requires of every
 * host.
 */
const DOCKER_MTU = 1_500;
const LEAST_MTU = 576;

/**
 * The MTU of the host's IPv4 default route: bytes that a packet may have that leaves the machine.
 * @param root folder with the machine's /proc and /sys
 * @returns undefined when there is no such route, or no such machine
 */
export function wayOutMtu(root = "/"): number | undefined {
  try {
    const route = defaultRoute(readFileSync(`${root}/proc/net/route`, "utf8"));
    return route && (route.mtu || Number(readFileSync(`${root}/sys/class/net/${route.name}/mtu`, "utf8")));
  } catch {
    return undefined; // not Linux
  }
}

/** The default route that the kernel would take, from /proc/net/route; its MTU is 0 where it is the interface's. */
function defaultRoute(table: string): { name: string; mtu: number } | undefined {
  const [best] = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([name = "", destination, , flags, , , metric, mask, mtu]) => ({
      ...{ name, metric: Number(metric), mtu: Number(mtu) },
      // RTF_UP is set, RTF_REJECT is not.
      usable: destination === "00000000" && mask === "00000000" && (Number.parseInt(flags ?? "", 16) & 0x201) === 1,
    }))
    .filter(({ usable }) => usable)
    .sort((a, b) => a.metric - b.metric);
  return best;
}

/**
 * Returns the MTU of the engine's network: the configured one; otherwise that of the way out, if Docker's own would be
 * too large.
 */
export function networkMtu(
  { networkMtu: asked }: Pick<Settings, "networkMtu">,
  found: number | undefined,
): Pick<InternalNetworkArgs, "mtu" | "mtuFound"> {
  if (asked > 0) return { mtu: asked };
  const narrow = found !== undefined && found >= LEAST_MTU && found < DOCKER_MTU;
  return { mtu: narrow ? found : undefined, mtuFound: true };
}
