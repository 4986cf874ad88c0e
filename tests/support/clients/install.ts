import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env.DIND_MCP_CACHE ?? join(homedir(), ".cache/dind-mcp"), "clients");
/** An installation may take this long: 10 minutes. Rust takes 1 on two idle cores, and 6 where others want them too. */
const PATIENCE_MS = 600_000;

/** Where a client is kept from run to run. */
export const cached = (...path: string[]): string => join(CACHE, ...path);

/** npm packages in exact versions. No script of theirs runs at installation. */
export function npm(folder: string, packages: Record<string, string>): void {
  const wanted = JSON.stringify({ private: true, dependencies: packages });
  once(folder, wanted, (at) => {
    writeFileSync(join(at, "package.json"), wanted);
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    run("npm", ["install", "--prefix", at, ...flags], at);
  });
}

/** A Python package in an exact version (`NAME==VERSION`), in an environment of its own. */
export function pip(folder: string, requirement: string): void {
  once(folder, requirement, (at) => {
    run("python3", ["-m", "venv", at], at);
    run(join(at, "bin/python"), ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", requirement], at);
  });
}

/** Compiles a Go program, with the modules that its go.sum pins. */
export function goBuild(folder: string, source: string, wanted: string): void {
  once(folder, wanted, (at) => run("go", ["build", "-trimpath", "-o", join(at, "driver"), "."], source));
}

/** Compiles a Rust program, with the crates that its Cargo.lock pins; about a minute. What is in between is not kept. */
export function cargoBuild(folder: string, source: string, wanted: string): void {
  once(folder, wanted, (at) => {
    const between = join(at, "target");
    run("cargo", ["build", "--quiet", "--locked", "--target-dir", between], source);
    renameSync(join(between, "debug/driver"), join(at, "driver"));
    rmSync(between, { recursive: true });
  });
}

/** The jars of a pom.xml into `jars/`, and a Java program that uses them, compiled, into `classes/`. */
export function javaBuild(folder: string, source: string, wanted: string): void {
  once(folder, wanted, (at) => {
    const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";
    const places = [`-Dmaven.repo.local=${join(at, "m2")}`, `-DoutputDirectory=${join(at, "jars")}`];
    run("mvn", ["-q", "-B", "-f", source, copy, ...places], at);
    rmSync(join(at, "m2"), { recursive: true });
    run("javac", ["-d", join(at, "classes"), "-cp", join(at, "jars/*"), join(source, "Driver.java")], at);
  });
}

/** Installs what is not there yet. @throws Error with the last line that the installer wrote */
function once(folder: string, wanted: string, install: (at: string) => void): void {
  const at = cached(folder);
  const mark = join(at, "installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  mkdirSync(at, { recursive: true });
  install(at);
  writeFileSync(mark, wanted);
}

/** @throws Error */
function run(program: string, args: string[], cwd: string): void {
  try {
    execFileSync(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE_MS });
  } catch (error) {
    const { code, stderr, stdout } = error as NodeJS.ErrnoException & { stderr?: Buffer; stdout?: Buffer };
    if (code === "ENOENT") throw new Error(`no ${program} here`);
    const said = `${stderr?.toString() ?? ""}`.trim() || `${stdout?.toString() ?? ""}`.trim(); // Maven's errors are on stdout
    throw new Error(`${program} ${args[0]}: ${said.split("\n").at(-1) || (error as Error).message}`);
  }
}
