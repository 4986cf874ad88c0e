import { type Member, oneServer } from "../../../config/fleet/member";
import type { Site } from "../../../config/fleet/site";

/** Servers of the fleet at a site. */
export function membersOf({ url: publicUrl }: Site, servers: readonly string[]): Member[] {
  return servers.map((server) => oneServer({ publicUrl }, { server, version: "1.0.0" }));
}
