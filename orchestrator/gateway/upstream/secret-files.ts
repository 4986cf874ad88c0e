import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RemoteAddress } from "../../servers/server-info";

/** A remote server's secret, without ends of line behind it; undefined when it has no value. */
export function secretOf({ secrets }: RemoteAddress, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    return readFileSync(join(secrets, name), "utf8").replace(/[\r\n]+$/, "");
  } catch {
    return undefined;
  }
}
