import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { longNames, shortDescription, shortName } from "../../manifest/draft/names";
import { CliError, ExitCode } from "../errors";
import { progress } from "../output";
import { registryServer } from "../registry/client";
import type { PackageInfo } from "./ask";
import { builtOrigin } from "./built/origin";
import { chosenProgram } from "./choose-program";
import { answered, readDocument } from "./document";
import { shownSource } from "./download";
import { gitOrigin } from "./git/origin";
import { known } from "./known";
import { localServer, notesOf } from "./local/local-server";
import type { Origin } from "./origin";
import { type OwnDocument, ownDocument } from "./own-document";
import { packageInfo } from "./package-info";
import type { Recipe } from "./recipes";
import { remoteJson } from "./remote";
import type { ImageSource, PackageSource, RegistrySource, Source } from "./source";

type Argument = { type: "positional"; value: string } | { type: "named"; name: string; value: string };

/** What else the origin of a server depends on. */
export interface OriginOptions {
  /** Arguments of the package's program; for an image, its program and arguments. */
  args: string[];
  /** Which of its programs. @default the one that is named like it */
  program?: string;
  /** Packages of PyPI to build from source. @default none */
  fromSource?: string[];
  /** The recipe for the package. @default none */
  recipe?: Recipe;
  /** The MCP registry's URL. @default nobody is asked for what a package says there */
  registry?: string;
  /** Sources that the user may have meant, where there is no such document. @default none */
  alike?: string[];
}

/** Turns any source into a server.json, so that there is one way from there to a manifest; or into what is built from files. */
export async function originOf(source: Source, options: OriginOptions): Promise<Origin> {
  const { args, program, alike } = options;
  switch (source.kind) {
    case "image":
      return { document: imageJson(source, args), from: `image:${source.reference}`, notes: [] };
    case "local": {
      const local = localServer(source.path, { args, program, start: source.start });
      return { document: undefined, local, from: source.path, notes: notesOf(local) };
    }
    case "git":
      return await gitOrigin(source, { args, program });
    case "go":
    case "cargo":
      return await builtOrigin({ ...source, program }, args);
    case "registry":
      noArguments(args);
      return await registryOrigin(source, options.registry ?? "");
    case "remote":
      return { document: remoteJson(source), from: shownSource(source.url), notes: [] };
    case "document": {
      const given = await readDocument(source.from, alike); // first: there may be none
      noArguments(args);
      return { ...given, from: `server.json of ${shownSource(source.from)}` };
    }
    default:
      return await packageOrigin(source, options);
  }
}

function noArguments([first]: string[]): void {
  if (first === undefined) return;
  const expected = "none with a server.json, which has them itself";
  throw new CliError(`arguments: got ${JSON.stringify(first)}, expected ${expected}`, ExitCode.Usage);
}

/** The server.json that a registry has under a name. */
async function registryOrigin({ server: name, version }: RegistrySource, registry: string): Promise<Origin> {
  const answer = await progress(`asking the MCP registry for ${name}`, registryServer(registry, name, version));
  const { document, notes } = answered(answer, registry);
  const { version: got } = isMapping(document) ? document : {};
  const newest = version === undefined ? [`version ${oneLine(String(got), 40)} is the newest of the registry`] : [];
  return { document, notes: [...newest, ...notes], from: `${name}@${oneLine(String(got), 40)}` };
}

async function packageOrigin(source: PackageSource, options: OriginOptions): Promise<Origin> {
  const { args, recipe, program, fromSource = [] } = options;
  const { info, notes, from } = await known(source, packageInfo);
  // A recipe is proven; what a package says of itself comes second.
  const own: OwnDocument = recipe ? { notes: [] } : await ownDocument(source, info, options.registry);
  const { arguments: first = [], with: beside = [], ask, name } = recipe ?? {};
  const unbuilt = [...(info.fromSource ? [source.name] : []), ...(recipe?.fromSource ?? []), ...fromSource];
  const more: PackageMore = { own, name, beside, fromSource: [...new Set(unbuilt)] };
  const document = packageJson(source, info, [...first, ...args], {
    ...more,
    program: programIn(source, info, program ?? source.program ?? recipe?.program),
  });
  const built = info.fromSource ? [`it has no wheel: its image is built from its source, with a compiler`] : [];
  return {
    ...{ document, from, ask, otherNames: longNames(source.name) },
    notes: [...notes, ...built, ...own.notes, ...(recipe?.notes ?? [])],
  };
}

/** Which of a package's programs to start; undefined for the one that its image would take without being told. */
export function programIn(source: PackageSource, { programs }: PackageInfo, wanted?: string): string | undefined {
  if (programs === undefined) return wanted;
  if (programs.length === 0) {
    const got = "got a package without a program, expected an MCP server";
    throw new CliError(`${source.kind}:${source.name}: ${got}`, ExitCode.Usage);
  }
  const last = source.name.split("/").at(-1) ?? "";
  const same = programs.find(
    (one) => one.toLowerCase().replace(/[-_.]+/g, "-") === last.toLowerCase().replace(/[-_.]+/g, "-"),
  );
  const chosen = chosenProgram(`${source.kind}:${source.name}`, programs, same ?? last, wanted);
  return chosen === last || (wanted === undefined && programs.length === 1) ? undefined : chosen;
}

/** How a package is installed and started, other than by its name. */
interface PackageMore {
  /** What its own server.json says; arguments that the user gives count instead of those in there. @default nothing */
  own?: OwnDocument;
  /** The server's short name. @default from the package's */
  name?: string;
  /** Packages of PyPI to install beside it, as `name==version`. @default none */
  beside?: string[];
  /** Packages of PyPI to build from source. @default none */
  fromSource?: string[];
  /** @default the one that is named like it, else the first */
  program?: string;
}

/** A package as a server.json, with the words of npx or uvx for what is special about it. */
export function packageJson(
  { kind, name, extras = [] }: PackageSource,
  info: PackageInfo,
  args: string[],
  { own, name: short = shortName(name), beside = [], fromSource = [], program }: PackageMore = {},
): unknown {
  const about = oneLine(own?.description ?? info.description ?? "") || `The package ${name}`;
  const identifier = extras.length > 0 ? `${name}[${extras.join(",")}]` : name;
  const { fileSha256: _, runtimeArguments = [], ...told } = own?.entry ?? {};
  const one = { transport: { type: "stdio" }, ...told, registryType: kind, identifier, version: info.version };
  const words = [
    ...beside.map((value) => named("--with", value)),
    ...fromSource.map((value) => named("--no-binary-package", value)),
    ...(program ? [named(kind === "npm" ? "--package" : "--from", identifier), positional(program)] : []),
  ];
  const all = [...(Array.isArray(runtimeArguments) ? runtimeArguments : []), ...words];
  const runner = { runtimeHint: kind === "npm" ? "npx" : "uvx", runtimeArguments: all };
  const given = { packageArguments: args.map(positional) };
  return {
    name: `${kind}/${short}`,
    description: shortDescription(about),
    ...(own?.title ? { title: own.title } : {}),
    version: info.version,
    packages: [{ ...one, ...(all.length > 0 ? runner : {}), ...(args.length > 0 || !own?.entry ? given : {}) }],
  };
}

/** An image as a server.json; its tag is the version where it has one, else the beginning of its digest. */
export function imageJson({ reference }: ImageSource, [program, ...args]: string[]): unknown {
  const [, image = "", tag, digest = ""] = /^(.*?)(?::([\w.-]+))?(?:@sha256:([0-9a-f]+))?$/.exec(reference) ?? [];
  const entrypoint = { type: "named", name: "--entrypoint", value: program };
  return {
    name: `image/${shortName(image)}`,
    description: shortDescription(`The image ${image}`),
    version: tag ?? `sha256-${digest.slice(0, 12)}`,
    packages: [
      {
        ...{ registryType: "oci", identifier: reference, transport: { type: "stdio" } },
        ...(program === undefined ? {} : { runtimeArguments: [entrypoint], packageArguments: args.map(positional) }),
      },
    ],
  };
}

function named(name: string, value: string): Argument {
  return { type: "named", name, value };
}

function positional(value: string): Argument {
  return { type: "positional", value };
}
