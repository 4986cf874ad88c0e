import { statSync } from "node:fs";
import { PACKAGE_NAMES, PACKAGE_VERSION } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import { type GitSource, gitSource, isGit } from "./git/source";

/** A package of npm or PyPI. */
export interface PackageSource {
  kind: "npm" | "pypi";
  name: string;
  /** Exact. @default the newest that the package manager finds */
  version?: string;
  /** Of a package of PyPI, like `mcp` of `suite[mcp]`. @default none */
  extras?: string[];
  /** Which of its programs. @default the one that is named like it */
  program?: string;
}

/** A program that is built from its source: a package of Go's module proxy, or a crate. */
export interface BuiltSource {
  kind: "go" | "cargo";
  /** Of Go the path of the package, like `example.com/user/tools/cmd/weather`. */
  name: string;
  /** Exact. @default the newest that go or cargo finds */
  version?: string;
  /** Which of a crate's programs. @default the one that is named like it, else the first */
  program?: string;
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

/** A server of the MCP registry, by its name there. */
export interface RegistrySource {
  kind: "registry";
  server: string;
  /** Exact. @default the newest */
  version?: string;
}

/** A folder or a script of the user's. */
export interface LocalSource {
  kind: "local";
  path: string;
  /** How it starts. @default as its own files say */
  start?: LocalStart;
}

/** How a program of the user's starts, where the user has said it. */
export interface LocalStart {
  /** A script, relative to the folder. */
  script?: string;
  /** The program that runs it, or that the project installs. @default python or node */
  program?: string[];
  /** Packages of PyPI to install beside it, as pip takes them. @default none */
  beside?: string[];
}

/** A server that runs elsewhere, where nobody is asked what it is. */
export interface RemoteSource {
  kind: "remote";
  url: string;
  protocol: "streamable-http" | "sse";
}

export type Source =
  | PackageSource
  | BuiltSource
  | GitSource
  | ImageSource
  | DocumentSource
  | RegistrySource
  | RemoteSource
  | LocalSource;

/** What a kind of package is called, and which versions of it are exact. */
interface Form {
  name: RegExp;
  version: RegExp;
  example: string;
}

const SEMVER = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;
const FORMS: Record<(PackageSource | BuiltSource)["kind"], Form> = {
  // npm takes anything shorter for a range.
  npm: { name: PACKAGE_NAMES.npm, version: SEMVER, example: "npm:@scope/package@1.2.3" },
  pypi: {
    name: PACKAGE_NAMES.pypi,
    version: /^\d[0-9A-Za-z.+!_-]*$/,
    example: "pypi:package==1.2.3 or pypi:package[extra]",
  },
  go: {
    name: /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/,
    version: /^v\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/,
    example: "go:example.com/user/tools/cmd/weather@v1.2.3",
  },
  cargo: { name: /^[A-Za-z][A-Za-z0-9_-]*$/, version: SEMVER, example: "cargo:weather@1.2.3" },
};
const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** What a server is made from, as the user wrote it. @throws CliError when it is nothing of the kind */
export function parseSource(text: string): Source {
  const [, kind, rest = ""] = /^(npm|pypi|go|cargo|image):(.*)$/s.exec(text) ?? [];
  if (kind === "image") return imageSource(rest);
  if (kind !== undefined) return packageSource(kind as keyof typeof FORMS, rest);
  if (isGit(text)) return gitSource(text);
  if (isLocal(text)) return { kind: "local", path: text };
  return registrySource(text) ?? { kind: "document", from: text };
}

/** `io.github.user/weather` or `io.github.user/weather@1.2.3`, where no file has that name. */
function registrySource(text: string): RegistrySource | undefined {
  const [, server, version] = /^([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+\/[a-zA-Z0-9._-]+)(?:@([^@\s/]+))?$/.exec(text) ?? [];
  if (server === undefined || server.endsWith(".json") || statSync(text, { throwIfNoEntry: false })) return undefined;
  return { kind: "registry", server, ...(version === undefined ? {} : { version }) };
}

/** A folder, or a program's text. */
function isLocal(text: string): boolean {
  const stat = statSync(text, { throwIfNoEntry: false });
  return stat?.isDirectory() === true || (stat?.isFile() === true && /\.(py|m?js|ts)$/.test(text));
}

function packageSource(kind: keyof typeof FORMS, text: string): PackageSource | BuiltSource {
  const { name: pattern, version: exact, example } = FORMS[kind];
  // A scope begins with an @ of its own.
  const [, written = "", , version] = /^(@?[^@=]*)(@|==)?(.*)$/s.exec(text) ?? [];
  const [, name = written, extra] = (kind === "pypi" && /^(.*)\[(.*)\]$/s.exec(written)) || [];
  const extras = extra?.split(",").map((one) => one.trim());
  if (!pattern.test(name) || !(extras ?? []).every((one) => PACKAGE_NAMES.pypi.test(one))) {
    throw usage(`${kind}:${text}`, `got ${JSON.stringify(written)}`, `a package's name, like ${example}`);
  }
  const source = { kind, name, ...(extras ? { extras } : {}) };
  if (!version) return source;
  if (!exact.test(version) || !PACKAGE_VERSION.test(version)) {
    const like = kind === "go" ? "v1.2.3" : "1.2.3";
    const expected = `an exact one like ${like}, or none for the newest`;
    throw usage(`${kind}:${text}`, `got the version ${JSON.stringify(version)}`, expected);
  }
  return { ...source, version };
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
