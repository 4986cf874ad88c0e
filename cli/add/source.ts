import { PACKAGE_NAMES, PACKAGE_VERSION } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";

/** A package of npm or PyPI. */
export interface PackageSource {
  kind: "npm" | "pypi";
  name: string;
  /** Exact. @default the newest that the package manager finds */
  version?: string;
}

/** An image, by its digest. */
export interface ImageSource {
  kind: "image";
  reference: string;
}

/** The official registry's server.json. */
export interface DocumentSource {
  kind: "document";
  /** A file, a URL, or `-` for standard input. */
  from: string;
}

export type Source = PackageSource | ImageSource | DocumentSource;

const EXACT = {
  // npm takes anything shorter for a range.
  npm: { pattern: /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, like: "1.2.3" },
  pypi: { pattern: /^\d[0-9A-Za-z.+!_-]*$/, like: "1.2.3" },
} as const;
const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** What a server is made from, as the user wrote it. @throws CliError when it is nothing of the kind */
export function parseSource(text: string): Source {
  const [, kind, rest = ""] = /^(npm|pypi|image):(.*)$/s.exec(text) ?? [];
  if (kind === "npm" || kind === "pypi") return packageSource(kind, rest);
  if (kind === "image") return imageSource(rest);
  return { kind: "document", from: text };
}

function packageSource(kind: PackageSource["kind"], text: string): PackageSource {
  // A scope begins with an @ of its own.
  const [, name = "", , version] = /^(@?[^@=]*)(@|==)?(.*)$/s.exec(text) ?? [];
  if (!PACKAGE_NAMES[kind].test(name)) {
    const example = kind === "npm" ? "npm:@scope/package@1.2.3" : "pypi:package==1.2.3";
    throw usage(`${kind}:${text}`, `got ${JSON.stringify(name)}`, `a package's name, like ${example}`);
  }
  if (!version) return { kind, name };
  const { pattern, like } = EXACT[kind];
  if (!pattern.test(version) || !PACKAGE_VERSION.test(version)) {
    throw usage(
      `${kind}:${text}`,
      `got the version ${JSON.stringify(version)}`,
      `an exact one like ${like}, or none for the newest`,
    );
  }
  return { kind, name, version };
}

function imageSource(reference: string): ImageSource {
  if (DIGEST.test(reference)) return { kind: "image", reference };
  const named = /^[\w.:/-]+$/.test(reference) ? reference : "NAME:TAG";
  throw new CliError(
    `image:${reference}: got no digest, expected NAME@sha256:... or NAME:TAG@sha256:...; a tag can mean another image tomorrow`,
    ExitCode.Usage,
    `docker buildx imagetools inspect ${named} says it, or after a docker pull: docker image inspect --format '{{.RepoDigests}}' ${named}`,
  );
}

function usage(where: string, got: string, expected: string): CliError {
  return new CliError(`${where}: ${got}, expected ${expected}`, ExitCode.Usage);
}
