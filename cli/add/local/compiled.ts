import { join } from "node:path";
import { isMapping } from "../../../lib/mapping";
import { readText } from "../../../lib/read-text";
import { CliError, ExitCode } from "../../errors";
import { cargoStage } from "../built/cargo";
import { goStage, programOf } from "../built/go";
import { builtImage } from "../built/image";
import { chosenProgram } from "../choose-program";
import { ownTexts } from "./own";
import { toml } from "./toml";
import type { LocalProgram, ProgramFolder } from "./types";

const COPIED = ["WORKDIR /src", "COPY . ."];
/** A folder's name that a shell and Go take for nothing else. */
const PLAIN = /^[\w.-]+$/;

/** A module of Go: the package that is a program, at its root or in one of the folders below `cmd`. */
export function goFolder({ path, files, program }: ProgramFolder): LocalProgram {
  const file = join(path, "go.mod");
  const [, module = ""] = /^module\s+"?([^\s"]+)"?/m.exec(readText(file)) ?? [];
  const own = programOf(module);
  const isProgram = (one: string): boolean => /^package main\b/m.test(readText(join(path, one)));
  const sources = files.filter((one) => one.endsWith(".go") && !one.endsWith("_test.go"));
  const places = new Map(
    sources
      .filter((one) => /^([^/]+|cmd\/[^/]+\/[^/]+)$/.test(one) && isProgram(one))
      .map((one): [string, string] =>
        one.includes("/") ? [one.split("/")[1] ?? "", `./${one.replace(/\/[^/]+$/, "")}`] : [own, "."],
      ),
  );
  const names = [...places.keys()].filter((one) => PLAIN.test(one));
  if (names.length === 0) {
    const expected = "a `package main` at its root or in cmd/NAME";
    throw new CliError(
      `${file}: got no program, expected ${expected}`,
      ExitCode.Usage,
      "write a Dockerfile for others",
    );
  }
  const chosen = chosenProgram(path, names, own, program);
  const build = `RUN mkdir /out && go build -trimpath -buildvcs=false -ldflags="-s -w" -o /out/ ${places.get(chosen)}`;
  return { ...builtImage(["golang-go"], [...goStage(), ...COPIED, build]), name: chosen };
}

/** A crate, built with the versions of its lock file where it has one. */
export function cargoFolder({ path, files, program }: ProgramFolder): LocalProgram {
  const file = join(path, "Cargo.toml");
  const { package: own } = toml(file, readText(file));
  if (!isMapping(own) || typeof own.name !== "string" || !PLAIN.test(own.name)) {
    const expected = "[package] with a name: a workspace's member is a folder of its own";
    throw new CliError(`${file}: got none, expected ${expected}`, ExitCode.Usage);
  }
  const { name, description, version } = own;
  const rust = typeof own["rust-version"] === "string" ? own["rust-version"] : undefined;
  const locked = files.includes("Cargo.lock");
  const stage = cargoStage({ install: `${locked ? "--locked " : ""}--path .`, before: COPIED, name, program, rust });
  const notes = locked
    ? []
    : ["it has no Cargo.lock: each build takes the newest dependencies; `cargo build` writes it"];
  return {
    ...stage,
    ...ownTexts({ name, description, version }),
    notes: [...notes, ...(stage.notes ?? [])],
  };
}
