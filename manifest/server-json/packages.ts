import { type Problem, ProblemsError } from "../../lib/problems";
import type { Candidate, Imported } from "./choose";
import { dockerRun, type Published } from "./docker-run";
import {
  INSTALLED_PROGRAM,
  PACKAGE_NAMES,
  PACKAGE_VERSION,
  type PackageRegistry,
  packageDockerfile,
} from "./dockerfile";
import { environment, merged, type ServerVariable } from "./environment";
import { argumentNames, argumentTexts, known } from "./inputs";
import { type ImportNote, note } from "./notes";
import { installation, requirement } from "./package-runner";
import type { ServerArgument, ServerInput, ServerJson } from "./schema";
import { transport } from "./transport";

/** What images and packages share: how the program starts, how it is reached, and its settings. */
interface Start {
  /** The program and what comes before its arguments, as far as the document says. */
  program: string[] | undefined;
  args: ServerArgument[];
  variables: ServerVariable[];
  ports: Published[];
  notes: ImportNote[];
}

/** Values by every name that a URL may call them. */
function namedValues(args: ServerArgument[], variables: ServerVariable[], more: ServerInput[]): Map<string, string> {
  const named = new Map<string, string>();
  const put = (name: string, input: ServerInput): void => {
    const value = input.isSecret ? undefined : known(input);
    if (value && value.open.length === 0 && !named.has(name)) named.set(name, value.text);
  };
  for (const argument of args) for (const name of argumentNames(argument)) put(name, argument);
  for (const variable of variables) put(variable.name, variable);
  for (const input of [...args, ...variables, ...more])
    for (const [name, variable] of Object.entries(input.variables ?? {})) put(name, variable);
  return named;
}

function imported(candidate: Candidate, image: Record<string, unknown>, start: Start): Imported {
  const { chosen } = candidate;
  const { program, args, ports, notes } = start;
  const variables = merged([...(chosen.environmentVariables ?? []), ...start.variables]);
  const named = namedValues(args, variables, chosen.runtimeArguments ?? []);
  const key = program === undefined ? "arguments" : "command"; // of the image's own entry point, or of a program
  const words = [...(program ?? []), ...argumentTexts(args, notes, named, ["transport", key])];
  const manifest = {
    ...image,
    transport: transport(chosen, words.length > 0 ? { [key]: words } : {}, { named, ports, notes }),
    ...environment(variables, notes, named),
  };
  return { ...candidate, manifest, notes, told: args.length + variables.length };
}

/** An image, and what `docker run` would be told of it. */
export function takeImage(candidate: Candidate, document: ServerJson): Imported {
  const { chosen } = candidate;
  const notes: ImportNote[] = [];
  const image = imageReference(chosen.identifier, document.version, notes);
  const run = dockerRun(chosen.runtimeArguments ?? [], image, notes);
  const { variables, published: ports, entrypoint, workdir } = run;
  const args = [...run.args, ...(chosen.packageArguments ?? [])];
  const program = entrypoint === undefined ? undefined : [entrypoint];
  return imported(candidate, { image, ...(workdir ? { workdir } : {}) }, { program, args, variables, ports, notes });
}

/** Returns the image's name with a tag or digest. `latest` does not count, because it changes. */
function imageReference(identifier: string, version: string, notes: ImportNote[]): string {
  const image = identifier.replace(/^(docker|oci|https?):\/\//, "");
  if (/@sha256:|:(?!latest$)[^/:]+$/.test(image)) return image;
  const tagged = `${image.replace(/:latest$/, "")}:${version}`;
  const got = image.endsWith(":latest") ? "the tag latest" : "no tag";
  notes.push(note(["image"], `${identifier} has ${got}; the document's version was taken, see whether there is one`));
  return tagged;
}

/** A package of npm or PyPI as an image built here. */
export function takePackage(
  candidate: Candidate,
  registry: PackageRegistry,
  { document, user, file }: { document: ServerJson; user: number; file: string },
): Imported {
  const { at, chosen } = candidate;
  const notes: ImportNote[] = [];
  const problems: Problem[] = [];
  const check = (key: string, text: string, right: boolean, expected: string): void => {
    if (!right) problems.push({ file, path: `packages.${at}.${key}`, got: JSON.stringify(text), expected });
  };
  const own = requirement(registry, chosen.identifier) ?? { name: chosen.identifier, extras: [] };
  check("identifier", own.name, PACKAGE_NAMES[registry].test(own.name), `the name of a package of ${registry}`);
  if (chosen.version) check("version", chosen.version, PACKAGE_VERSION.test(chosen.version), "an exact version");
  if (problems.length > 0) throw new ProblemsError(problems);

  const { installed, also, program, module, python, fromSource, args } = installation(registry, own, chosen, notes);
  const version = chosen.version ?? installed.version ?? document.version;
  if (!chosen.version && !installed.version) {
    notes.push(note(["packages"], `${own.name} has no version of its own; the document's was taken, ${version}`));
  } else if (installed.version && installed.version !== version) {
    notes.push(
      note(["runtimeArguments"], `version ${installed.version} left out; the package's own was taken, ${version}`),
    );
  }
  check("version", version, PACKAGE_VERSION.test(version), "an exact version");
  if (problems.length > 0) throw new ProblemsError(problems);
  for (const one of also) {
    if (!one.version)
      notes.push(note(["runtimeArguments"], `${one.name} has no version; write one into the Dockerfile`));
  }
  const dockerfile = packageDockerfile(registry, {
    ...{ identifier: installed.name, version, user, extras: installed.extras, also, fromSource },
    ...(program ? { program } : {}),
    ...(python ? { python } : {}),
    ...(module === undefined ? {} : { unlinked: true }),
  });
  const start = module === undefined ? [INSTALLED_PROGRAM] : ["python", "-m", module];
  const all = [...args, ...(chosen.packageArguments ?? [])];
  return {
    ...imported(candidate, { build: { context: "." } }, { program: start, args: all, variables: [], ports: [], notes }),
    dockerfile,
  };
}
