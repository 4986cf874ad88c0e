/** A package to be installed into an image. The texts become part of a build's commands. */
export interface InstalledPackage {
  identifier: string;
  version: string;
  /** The user the image runs as. */
  user: number;
  /** Extras of a package of PyPI, like `mcp`. @default none */
  extras?: string[];
  /** More packages, with or without their versions. @default none */
  also?: { name: string; extras: string[]; version?: string }[];
  /** Its program. @default the one that npx chooses; for PyPI the one that is called like the package */
  program?: string;
  /** Packages of PyPI that have no wheel: they are built from source, in a stage of their own. @default none */
  fromSource?: string[];
  /** Links no program, because the image starts in another way. @default false */
  unlinked?: boolean;
  /** Version of Python. @default PYTHON */
  python?: string;
}

/** The program's name in the images built here. */
export const INSTALLED_PROGRAM = "mcp-server";

/** The form of a package's name. A shell would interpret anything else. */
export const PACKAGE_NAMES = {
  npm: /^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*$/,
  pypi: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
} as const;
export type PackageRegistry = keyof typeof PACKAGE_NAMES;
export const PACKAGE_VERSION = /^[0-9A-Za-z][0-9A-Za-z.+!_-]*$/;
/** A program's file name. */
export const PROGRAM = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Versions of Python that there are images of. */
export const PYTHON_VERSION = /^3\.\d{1,2}$/;

/** The Python that packages of PyPI run with. */
export const PYTHON = "3.13";

/** Prints which of a package's programs npx would run: the only one, or the one named like the package. */
const NPM_PROGRAM =
  "const {name,bin}=require(process.argv[1]),own=name.split('/').pop(),all=typeof bin==='string'?{[own]:bin}:bin;" +
  "console.log(own in all?own:Object.keys(all)[0])";

/** The same for a package of PyPI: the program named like it, or the first that it has. */
const PYPI_PROGRAM =
  "import sys;from importlib.metadata import distribution;own=sys.argv[1];" +
  "all=[one.name for one in distribution(own).entry_points if one.group=='console_scripts'];" +
  "print(own if own in all else all[0] if all else own)";

/** `test -x FILE`, and a sentence when it is not there. */
function checked(file: string, program: string): string {
  return ` && if ! test -x "${file}"; then echo "it has no program ${program}: link its program instead" >&2; exit 1; fi \\`;
}

function npm({ identifier, version, user, also = [], program }: InstalledPackage): string[] {
  const more = also.map((one) => ` "${one.name}${one.version ? `@${one.version}` : ""}"`).join("");
  const chosen = program
    ? [checked(`/app/node_modules/.bin/${program}`, program), ` && program="${program}" \\`]
    : [` && program=$(node -e "${NPM_PROGRAM}" "/app/node_modules/${identifier}/package.json") \\`];
  return [
    "FROM node:24-trixie-slim",
    "WORKDIR /app",
    "# No script of a package runs while it is installed.",
    `RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund "${identifier}@${version}"${more} \\`,
    ...chosen,
    ` && ln -s "/app/node_modules/.bin/$program" /usr/local/bin/${INSTALLED_PROGRAM} \\`,
    " && rm -rf /root/.npm /tmp/*",
    `USER ${user}:${user}`,
  ];
}

const PIP_CHOICE = "--only-binary :all:";

/** A stage that builds wheels of those packages, as the whole needs them, and leaves them in /wheels. */
function buildStage(image: string, fromSource: string[], requirements: string): string[] {
  const files = fromSource
    .map((name) => `-iname "${name.toLowerCase().replace(/[-_.]+/g, "[-_.]")}-*.whl"`)
    .join(" -o ");
  return [
    `FROM ${image} AS build`,
    "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev",
    "# Their code runs while they are built; here, not in the image.",
    `RUN pip wheel --no-cache-dir --wheel-dir /all ${PIP_CHOICE} --no-binary ${fromSource.join(",")} ${requirements} \\`,
    ` && mkdir /wheels && find /all \\( ${files} \\) -exec mv {} /wheels/ \\;`,
    "",
  ];
}

function pypi(installed: InstalledPackage): string[] {
  const { identifier, version, user, extras, also = [], program, unlinked, python, fromSource = [] } = installed;
  const listed = (names: string[] = []): string => (names.length > 0 ? `[${names.join(",")}]` : "");
  const more = also.map((one) => ` "${one.name}${listed(one.extras)}${one.version ? `==${one.version}` : ""}"`);
  const requirements = `"${identifier}${listed(extras)}==${version}"${more.join("")}`;
  const image = `python:${python ?? PYTHON}-slim-trixie`;
  const built = fromSource.length > 0;
  const choice = built ? `${PIP_CHOICE} --find-links /wheels` : PIP_CHOICE;
  const install = `RUN pip install --no-cache-dir --root-user-action=ignore ${choice} ${requirements}`;
  const file = `/usr/local/bin/${program ?? "$program"}`;
  const chosen = program ? [] : [` && program=$(python -c "${PYPI_PROGRAM}" "${identifier}") \\`];
  return [
    ...(built ? buildStage(image, fromSource, requirements) : []),
    `FROM ${image}`,
    ...(built ? ["COPY --from=build /wheels /wheels"] : []),
    "# Wheels alone: no code of a package runs while it is installed.",
    ...(unlinked
      ? [install]
      : [
          `${install} \\`,
          ...chosen,
          checked(file, program ?? "of its own"),
          ` && ln -s "${file}" /usr/local/bin/${INSTALLED_PROGRAM}`,
        ]),
    `USER ${user}:${user}`,
  ];
}

/** A Dockerfile for a package of npm or PyPI, whose program is then called `mcp-server`. */
export function packageDockerfile(registry: PackageRegistry, installed: InstalledPackage): string {
  const { identifier, version, extras = [], also = [], program = "x", python = PYTHON, fromSource = [] } = installed;
  const isName = (name: string): boolean => PACKAGE_NAMES[registry].test(name);
  const isVersion = (text: string): boolean => PACKAGE_VERSION.test(text);
  const sound = [
    isName(identifier) && isVersion(version),
    [...extras, ...fromSource, ...also.flatMap((one) => one.extras)].every((extra) => PACKAGE_NAMES.pypi.test(extra)),
    also.every((one) => isName(one.name) && isVersion(one.version ?? "1")),
    PROGRAM.test(program) && PYTHON_VERSION.test(python),
  ];
  if (!sound.every(Boolean)) {
    throw new RangeError(
      `got ${JSON.stringify(`${identifier} ${version}`)}, expected a package and its version, and names of programs`,
    );
  }
  return `${(registry === "npm" ? npm(installed) : pypi(installed)).join("\n")}\n`;
}
