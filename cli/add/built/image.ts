import { existsSync } from "node:fs";
import { join } from "node:path";
import { INSTALLED_PROGRAM } from "../../../manifest/server-json";
import type { LocalProgram } from "../local/types";

/** What the program runs on, and what has the compilers by default: of one Debian, for they share its libraries. */
const DEBIAN = "debian:trixie-slim";

/**
 * An image of two stages: one with compilers, and one with the program alone, from /out.
 * @param tools packages of Debian to build with
 * @param build lines of the first stage that leave one program in /out
 * @param base image of the first stage. @default Debian's
 */
export function builtImage(
  tools: string[],
  build: string[],
  base = DEBIAN,
): Required<Pick<LocalProgram, "dockerfile" | "command">> {
  return {
    dockerfile: [
      `FROM ${base} AS build`,
      `RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates ${tools.join(" ")}`.trimEnd(),
      ...build,
      "",
      "# The compilers stay behind.",
      `FROM ${DEBIAN}`,
      "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
      `COPY --from=build /out/* /usr/local/bin/${INSTALLED_PROGRAM}`,
    ],
    command: [INSTALLED_PROGRAM],
  };
}

/** False where the set-up had to build the base images itself (toolchain/base-images.sh): then there is no other one. */
export function registryGivesImages({ DIND_MCP_CACHE: cache } = process.env): boolean {
  return !cache || !existsSync(join(cache, "mirror/address"));
}
