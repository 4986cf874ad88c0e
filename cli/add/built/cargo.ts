import { oneLine } from "../../../lib/plain-text";
import { type Answer, ask, failed, notFound, type PackageInfo } from "../ask";
import { webLink } from "../link";
import type { LocalProgram } from "../local/types";
import type { BuiltSource } from "../source";
import { builtImage, registryGivesImages } from "./image";

/** What cargo knows of a crate. */
export interface CrateInfo extends PackageInfo {
  /** The Rust that it asks for, like 1.88. @default it does not say */
  rust?: string;
}

/** The minor version of the official image, unless the crate asks for a newer one. */
const RUST = 95;
/** Debian's. */
const DEBIAN_RUST = 96;
/** The package in which Debian has that: a stable release gets newer ones in it, for its browsers. */
const DEBIAN_CARGO = "cargo-web";

/** Asks the registry, as cargo is set up on this machine, for a crate. @returns undefined when there is no cargo here */
export async function askCargo(source: BuiltSource): Promise<CrateInfo | undefined> {
  const wanted = source.version ? `${source.name}@${source.version}` : source.name;
  return crateInfo(source, await ask("cargo", ["info", "--quiet", "--color", "never", wanted]));
}

/** What `cargo info` said; cargo before 1.82 has no such command. */
export function crateInfo(source: BuiltSource, { code, stdout, stderr }: Answer): CrateInfo | undefined {
  if (code === undefined || /no such (sub)?command/.test(stderr)) return undefined;
  if (/could not find `/.test(stderr)) throw notFound(source, "cargo", errorOf(stderr));
  const version = field(stdout, "version");
  if (code !== 0 || !version) throw failed(source, "cargo", stderr);
  const description = stdout.split("\n").slice(
    1,
    stdout.split("\n").findIndex((line) => line.startsWith("version: ")),
  );
  const rust = field(stdout, "rust-version");
  const link = webLink(field(stdout, "repository") ?? field(stdout, "homepage"));
  return {
    version,
    ...(description.length > 0 ? { description: oneLine(description.join(" ")) } : {}),
    ...(link ? { link } : {}),
    ...(rust && /^\d+\.\d+/.test(rust) ? { rust } : {}),
  };
}

/** A field's value up to the first blank: behind it stands what is newer. */
function field(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: (\\S+)`, "m").exec(text)?.[1];
}

function errorOf(stderr: string): string {
  return /^error: (.*)$/m.exec(stderr)?.[1] ?? stderr;
}

/** How a crate is built, with the versions of its own lock file. */
export function cargoProgram({ name, program }: BuiltSource, info: CrateInfo): LocalProgram {
  const { version, description, rust } = info;
  return {
    ...cargoStage({ install: `--locked ${name}@${version}`, name, program, rust }),
    name,
    description: description || `The crate ${name}`,
    version,
  };
}

/** What cargo has to build. */
interface CargoBuild {
  /** Arguments of `cargo install`. */
  install: string;
  /** Lines before it. @default none */
  before?: string[];
  /** The crate's name. */
  name: string;
  /** Which of its programs. @default the one that is named like it, else the first */
  program?: string;
  /** The Rust that it asks for, like 1.88. @default any */
  rust?: string;
}

/**
 * An image that cargo builds: with the official image of Rust. Where no registry gives that, with Debian's newer Rust.
 */
export function cargoStage({ install, before = [], name, program, rust }: CargoBuild): LocalProgram {
  const minor = Number(rust?.split(".")[1] ?? 0);
  const hasImages = registryGivesImages();
  const build = [
    `RUN cargo install --root /built ${install}${program ? ` --bin ${program}` : ""} \\`,
    ` && cd /built/bin && program=$(ls "${program ?? name}" 2>/dev/null || ls | head -n 1) \\`,
    ' && mkdir /out && mv "$program" /out/',
  ];
  const tools = [...(hasImages ? [] : [DEBIAN_CARGO]), "pkg-config", "libssl-dev"];
  const image = hasImages ? `rust:1.${Math.max(minor, RUST)}-slim-trixie` : undefined;
  const old = `no registry gives images here, so it is built with Debian's Rust 1.${DEBIAN_RUST}`;
  const unfit = minor > DEBIAN_RUST ? `, and it asks for ${rust}: the build will fail` : "";
  return { ...builtImage(tools, [...before, ...build], image), notes: hasImages ? [] : [old + unfit] };
}
