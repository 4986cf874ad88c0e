/** A package to be installed into an image. The texts become part of a build's commands. */
export interface InstalledPackage {
  identifier: string;
  version: string;
  /** The user the image runs as. */
  user: number;
}

/** The program's name in the images built here. */
export const INSTALLED_PROGRAM = "mcp-server";

/** What a package's name may look like; everything else would be a shell's to interpret. */
export const PACKAGE_NAMES = {
  npm: /^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*$/,
  pypi: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
} as const;
export const PACKAGE_VERSION = /^[0-9A-Za-z][0-9A-Za-z.+!_-]*$/;

/** The Python that packages of PyPI run with. */
export const PYTHON = "3.13";

/** Which of a package's programs npx would run: the only one, or the one named like the package. */
const NPM_PROGRAM =
  "const {name,bin}=require(process.argv[1]),own=name.split('/').pop(),all=typeof bin==='string'?{[own]:bin}:bin;" +
  "console.log(own in all?own:Object.keys(all)[0])";

function npm({ identifier, version, user }: InstalledPackage): string[] {
  return [
    "FROM node:24-trixie-slim",
    "WORKDIR /app",
    "# No script of a package runs while it is installed.",
    `RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund "${identifier}@${version}" \\`,
    ` && program=$(node -e "${NPM_PROGRAM}" "/app/node_modules/${identifier}/package.json") \\`,
    ` && ln -s "/app/node_modules/.bin/$program" /usr/local/bin/${INSTALLED_PROGRAM} \\`,
    " && rm -rf /root/.npm /tmp/*",
    `USER ${user}:${user}`,
  ];
}

function pypi({ identifier, version, user }: InstalledPackage): string[] {
  return [
    `FROM python:${PYTHON}-slim-trixie`,
    "# Wheels alone: no code of a package runs while it is installed.",
    `RUN pip install --no-cache-dir --root-user-action=ignore --only-binary :all: "${identifier}==${version}" \\`,
    ` && if ! test -x "/usr/local/bin/${identifier}"; then echo "it has no program ${identifier}: link its program instead" >&2; exit 1; fi \\`,
    ` && ln -s "/usr/local/bin/${identifier}" /usr/local/bin/${INSTALLED_PROGRAM}`,
    `USER ${user}:${user}`,
  ];
}

/** A Dockerfile for a package of npm or PyPI, whose program is then called `mcp-server`. */
export function packageDockerfile(registry: keyof typeof PACKAGE_NAMES, installed: InstalledPackage): string {
  if (!PACKAGE_NAMES[registry].test(installed.identifier) || !PACKAGE_VERSION.test(installed.version)) {
    throw new RangeError(
      `got ${JSON.stringify(`${installed.identifier} ${installed.version}`)}, expected a package and its version`,
    );
  }
  return `${(registry === "npm" ? npm(installed) : pypi(installed)).join("\n")}\n`;
}
