import { oneLine } from "../../lib/plain-text";
import { CliError, ExitCode } from "../errors";
import { progress } from "../output";
import { readDocument, shownSource } from "./document";
import { type PackageInfo, packageInfo } from "./package-info";
import type { ImageSource, PackageSource, Source } from "./source";

/** A server.json, and where it is from. */
export interface Origin {
  document: unknown;
  /** One line for people: what it was made from, with the version. */
  from: string;
  /** What is to be said about it. */
  notes: string[];
}

type Argument = { type: "positional"; value: string };

/**
 * Whatever the source is, as a server.json: so there is one way from there to a manifest.
 * @param args arguments of the package's program; for an image, its program and arguments
 */
export async function serverJson(source: Source, args: string[]): Promise<Origin> {
  if (source.kind === "image")
    return { document: imageJson(source, args), from: `image:${source.reference}`, notes: [] };
  if (source.kind === "document") {
    if (args.length > 0) {
      const expected = "none with a server.json, which has them itself";
      throw new CliError(`arguments: got ${JSON.stringify(args[0])}, expected ${expected}`, ExitCode.Usage);
    }
    return { ...(await readDocument(source.from)), from: `server.json of ${shownSource(source.from)}` };
  }
  const { kind, name, version } = source;
  const tool = kind === "npm" ? "npm" : "pip";
  const found = await progress(`asking ${tool} for ${name}`, packageInfo(source));
  const info: PackageInfo | undefined = found ?? (version ? { version } : undefined);
  if (!info) {
    const fix = `give an exact version, like ${kind}:${name}${kind === "npm" ? "@" : "=="}1.2.3`;
    throw new CliError(
      `${kind}:${name}: ${tool} is not on this machine to ask for the newest version`,
      ExitCode.Usage,
      fix,
    );
  }
  const notes = [
    ...(info.warning ? [`version ${info.version} is ${info.warning}`] : []),
    ...(version ? [] : [`version ${info.version} is the newest that ${tool} finds; it is pinned`]),
    ...(found ? [] : [`${tool} is not on this machine: nobody looked whether the package is there`]),
  ];
  const from = `${kind}:${name}${kind === "npm" ? "@" : "=="}${info.version}`;
  return { document: packageJson(source, info, args), from, notes };
}

/** A package as a server.json. */
export function packageJson({ kind, name }: PackageSource, info: PackageInfo, args: string[]): unknown {
  const about = oneLine(info.description ?? "") || `The package ${name}`;
  const one = { registryType: kind, identifier: name, version: info.version, transport: { type: "stdio" } };
  return {
    name: `${kind}/${shortName(name)}`,
    description: shorten(about),
    version: info.version,
    packages: [{ ...one, packageArguments: args.map(positional) }],
  };
}

/** An image as a server.json; its tag is the version where it has one, else the beginning of its digest. */
export function imageJson({ reference }: ImageSource, [program, ...args]: string[]): unknown {
  const [, image = "", tag, digest = ""] = /^(.*?)(?::([\w.-]+))?@sha256:([0-9a-f]+)$/.exec(reference) ?? [];
  const entrypoint = { type: "named", name: "--entrypoint", value: program };
  return {
    name: `image/${shortName(image)}`,
    description: shorten(`The image ${image}`),
    version: tag ?? `sha256-${digest.slice(0, 12)}`,
    packages: [
      {
        ...{ registryType: "oci", identifier: reference, transport: { type: "stdio" } },
        ...(program === undefined ? {} : { runtimeArguments: [entrypoint], packageArguments: args.map(positional) }),
      },
    ],
  };
}

function positional(value: string): Argument {
  return { type: "positional", value };
}

function shorten(text: string): string {
  return text.length > 100 ? `${oneLine(text, 97)}...` : text;
}

/** "everything" of "@modelcontextprotocol/server-everything": a name without what all of them have. */
function shortName(name: string): string {
  const last =
    name
      .split("/")
      .at(-1)
      ?.replace(/[^A-Za-z0-9.-]+/g, "-") ?? "";
  return last.replace(/^(mcp-server-|server-|mcp-)(?=.)/, "").replace(/(?<=.)(-mcp-server|-server|-mcp)$/, "") || last;
}
