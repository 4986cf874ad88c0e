import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached, cargoBuild, goBuild, javaBuild, npm, pip } from "../support/clients/install";
import type { Step } from "./steps";

/** A client of the matrix. */
export interface Kind {
  name: string;
  version: string;
  /** Puts it where `command` finds it. @throws Error when it cannot be installed */
  install?: () => void;
  /** What is there once it is compiled, which takes a minute or more. */
  built?: string;
  /** The driver's command line; a Task is added to it. */
  command: string[];
  /** The bridge's command line to a URL of the gateway. */
  bridge?: (url: string) => string[];
  options?: Record<string, string>;
  /** Why a step fails by the client's own fault: then it counts as skipped. */
  lacks?: Partial<Record<Step, string>>;
}

const ROOT = join(__dirname, "../..");
const REGISTER = require.resolve("ts-node/register/transpile-only");
const driver = (file: string): string[] => [process.execPath, "-r", REGISTER, join(__dirname, file)];

/** The version of a package that the tests have at hand anyway. */
function own(name: string): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8"));
  return version;
}

const typescript1 = own("@modelcontextprotocol/sdk");
const typescript2 = own("@modelcontextprotocol/client");

/** The clients that need no installation. */
const AT_HAND: Kind[] = [
  { name: "TypeScript SDK 1", version: typescript1, command: driver("typescript-1.ts") },
  {
    name: "TypeScript SDK 2",
    version: typescript2,
    command: driver("typescript-2.ts"),
    options: { era: "legacy" },
  },
  {
    name: "TypeScript SDK 2, auto",
    version: typescript2,
    command: driver("typescript-2.ts"),
    options: { era: "auto" },
  },
];

/** A Python SDK. */
function python(name: string, version: string, file: string, era: string): Kind {
  const folder = `mcp-${version}`;
  const command = [cached(folder, "bin/python"), "-B", join(__dirname, file)];
  return { name, version, install: () => pip(folder, `mcp==${version}`), command, options: { era } };
}

/** An SDK whose driver is a program that is compiled: what its folder here has, in the version that the first of its files names. */
function compiled(
  name: string,
  folder: string,
  files: string[],
  versioned: RegExp,
  build: (folder: string, source: string, wanted: string) => void,
  result = "driver",
  command: (at: string) => string[] = (at) => [join(at, result)],
): Omit<Kind, "options"> {
  const source = join(__dirname, folder);
  const texts = files.map((file) => readFileSync(join(source, file), "utf8"));
  const [, version = ""] = versioned.exec(texts[0] ?? "") ?? [];
  const kept = `${folder}-sdk-${version}`;
  const install = (): void => build(kept, source, texts.join(""));
  return { name, version, install, built: cached(kept, result), command: command(cached(kept)) };
}

const go = compiled("Go SDK", "go", ["go.mod", "go.sum", "main.go"], /go-sdk v(\S+)/, goBuild);
const rust = compiled(
  "Rust SDK",
  "rust",
  ["Cargo.toml", "Cargo.lock", "src/main.rs"],
  /rmcp = \{ version = "=([^"]+)/,
  cargoBuild,
);
const java = compiled(
  "Java SDK",
  "java",
  ["pom.xml", "Driver.java"],
  /<artifactId>mcp<\/artifactId>\s*<version>([^<]+)/,
  javaBuild,
  "classes",
  (at) => ["java", "-cp", [join(at, "classes"), join(at, "jars/*")].join(":"), "Driver"],
);

/** The inspector's command line, a process for each call. */
function inspector(version: string): Kind {
  const folder = `inspector-${version}`;
  const program = cached(folder, "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
  return {
    name: "Inspector, command line",
    version,
    install: () => npm(folder, { "@modelcontextprotocol/inspector": version }),
    command: driver("inspector.ts"),
    options: { program },
  };
}

/** A bridge of npm between the TypeScript SDK 1 over stdio and the gateway. */
function bridge(name: string, version: string, file: string, args: (url: string) => string[]): Kind {
  const folder = `${name}-${version}`;
  return {
    name,
    version,
    install: () => npm(folder, { [name]: version }),
    command: driver("typescript-1.ts"),
    bridge: (url) => [process.execPath, cached(folder, "node_modules", name, file), ...args(url)],
  };
}

/** The same, of PyPI. */
function mcpProxy(version: string): Kind {
  const folder = `mcp-proxy-${version}`;
  return {
    name: "mcp-proxy",
    version,
    install: () => pip(folder, `mcp-proxy==${version}`),
    command: driver("typescript-1.ts"),
    bridge: (url) => [cached(folder, "bin/mcp-proxy"), "--transport", "streamablehttp", url],
    lacks: { cancel: "it answers the client, and tells the gateway nothing" },
  };
}

/** Undefined when it is installed, if need be now; else why it is not. */
export function notInstalled({ install }: Kind): string | undefined {
  try {
    install?.();
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

export const KINDS: Kind[] = [
  ...AT_HAND,
  python("Python SDK 1", "1.30.0", "python_1.py", "legacy"),
  python("Python SDK 2, legacy", "2.3.0", "python_2.py", "legacy"),
  python("Python SDK 2", "2.3.0", "python_2.py", "auto"),
  go,
  { ...rust, name: "Rust SDK, legacy", options: { era: "legacy" } },
  { ...rust, options: { era: "auto" } },
  {
    ...java,
    name: "Java SDK, legacy",
    options: { era: "legacy" },
    lacks: { cancel: "it tells the gateway nothing" },
  },
  { ...java, name: "Java SDK, modern", options: { era: "modern" } },
  inspector("2.12.0"),
  bridge("mcp-remote", "0.15.1", "dist/proxy.js", (url) => [url]),
  bridge("supergateway", "4.0.0", "dist/index.js", (url) => ["--streamableHttp", url, "--logLevel", "none"]),
  mcpProxy("0.13.0"),
];
