import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import { HOPELESS } from "./client-stream";

/** Reports that a client was disconnected because it does not read. @param server undefined: all servers */
export function reportCut(
  { observer, warn }: Pick<GatewayContext, "observer" | "warn">,
  server: string | undefined,
  { name }: Principal,
): void {
  observer.streamCut?.(server ?? "");
  const words = `token ${name}: more than ${HOPELESS / 2 ** 20} MiB wait for it, beside the largest message`;
  warn(`a client of ${server ?? "all servers"} does not read, and its stream was cut`, new Error(words));
}
