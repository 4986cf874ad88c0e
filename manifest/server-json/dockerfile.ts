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
  /** Nothing is linked: the image is started otherwise. @default false */
  unlinked?: boolean;
  /** Version of Python. @default PYTHON */
  python?: string;
}

/** The program's name in the images built here. */
export const INSTALLED_PROGRAM = "mcp-server";

/** What a package's name may look like; everything else would be a shell's to interpret. */
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

/** Which of a package's programs npx would run: the only one, or the one named like the package. */
const NPM_PROGRAM =
  "const {name,bin}=require(process.argv[1]),own=name.split('/').pop(),all=typeof bin==='string'?{[own]:bin}:bin;" +
  "console.log(own in all?own:Object.keys(all)[0])";

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

function pypi({ identifier, version, user, extras, also = [], program, unlinked, python }: InstalledPackage): string[] {
  const listed = (names: string[] = []): string => (names.length > 0 ? `[${names.join(",")}]` : "");
  const more = also
    .map((one) => ` "${one.name}${listed(one.extras)}${one.version ? `==${one.version}` : ""}"`)
    .join("");
  const install = `RUN pip install --no-cache-dir --root-user-action=ignore --only-binary :all: "${identifier}${listed(extras)}==${version}"${more}`;
  const name = program ?? identifier;
  return [
    `FROM python:${python ?? PYTHON}-slim-trixie`,
    "# Wheels alone: no code of a package runs while it is installed.",
    ...(unlinked
      ? [install]
      : [
          `${install} \\`,
          checked(`/usr/local/bin/${name}`, name),
          ` && ln -s "/usr/local/bin/${name}" /usr/local/bin/${INSTALLED_PROGRAM}`,
        ]),
    `USER ${user}:${user}`,
  ];
}

/** A Dockerfile for a package of npm or PyPI, whose program is then called `mcp-server`. */
export function packageDockerfile(registry: PackageRegistry, installed: InstalledPackage): string {
  const { identifier, version, extras = [], also = [], program = "x", python = PYTHON } = installed;
  const isName = (name: string): boolean => PACKAGE_NAMES[registry].test(name);
  const isVersion = (text: string): boolean => PACKAGE_VERSION.test(text);
  const sound = [
    isName(identifier) && isVersion(version),
    [...extras, ...also.flatMap((one) => one.extras)].every((extra) => PACKAGE_NAMES.pypi.test(extra)),
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
