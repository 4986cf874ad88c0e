import { parseJson } from "../../../lib/json";
import { type Answer, ask, failed, notFound, type PackageInfo } from "../ask";
import { webLink } from "../link";
import type { LocalProgram } from "../local/types";
import type { BuiltSource } from "../source";
import { builtImage } from "./image";

/** What `go list -m -json` prints of a module. */
interface Module {
  Version?: string;
  Time?: string;
  Deprecated?: string;
  /** The repository, where the proxy tells it. */
  Origin?: { URL?: string };
}

/** Asks alone: fetches no newer Go, and clones nothing. */
const QUIET = { GOTOOLCHAIN: "local", GOVCS: "*:off", GOWORK: "off", GO111MODULE: "on", GOFLAGS: "" };
/** How Go says that nobody answered; to ask once more would only take longer. */
const UNANSWERED = /\b(dial tcp|no such host|i\/o timeout|no answer within|connection refused|TLS handshake)\b/;

/**
 * Asks the module proxy, as Go is set up on this machine, for the module of a package: the one with the longest path
 * that the package's begins with.
 * @returns undefined when there is no Go here
 */
export async function askGo(source: BuiltSource): Promise<PackageInfo | undefined> {
  const parts = source.name.split("/");
  let first: Answer | undefined;
  for (let length = parts.length; length >= 2; length--) {
    const path = parts.slice(0, length).join("/");
    const answer = await ask("go", ["list", "-m", "-json", `${path}@${source.version ?? "latest"}`], QUIET);
    if (answer.code === undefined) return undefined;
    const { Version: version, Time = "", Deprecated, Origin } = (parseJson(answer.stdout) ?? {}) as Module;
    if (answer.code === 0 && version) {
      const published = new Date(Time);
      const link = webLink(Origin?.URL);
      return {
        version,
        ...(Number.isNaN(published.getTime()) ? {} : { published }),
        ...(link ? { link } : {}),
        ...(Deprecated ? { warning: `deprecated: ${Deprecated}` } : {}),
      };
    }
    if (UNANSWERED.test(answer.stderr)) throw failed(source, "go", answer.stderr);
    first ??= answer;
  }
  throw notFound(source, "go", first?.stderr.trim().split("\n")[0] ?? "it said nothing");
}

/**
 * How a package of the module proxy is built: the proxy and Go's checksum database pin what the version is. Debian's Go
 * fetches a newer one from there where the module asks for it.
 */
export function goProgram({ name }: BuiltSource, version: string): LocalProgram {
  return {
    ...builtImage(["golang-go"], [...goStage(), `RUN go install -trimpath -ldflags="-s -w" ${name}@${version}`]),
    name: programOf(name),
    description: `The program ${programOf(name)} of ${name}`,
    version,
  };
}

/** What every build with Go begins with. Without C the program is static. */
export function goStage(): string[] {
  return ["ENV CGO_ENABLED=0 GOTOOLCHAIN=auto GOBIN=/out"];
}

/** The last part of a package's path that is no version of its own. */
export function programOf(path: string): string {
  return path.split("/").findLast((part) => !/^v\d+$/.test(part)) ?? path;
}
