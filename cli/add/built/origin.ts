import { longNames, shortName } from "../../../manifest/draft/names";
import { localName } from "../../../manifest/server-json";
import { CliError, ExitCode } from "../../errors";
import { known } from "../known";
import type { LocalServer } from "../local/local-server";
import type { Origin } from "../origin";
import type { BuiltSource } from "../source";
import { askCargo, cargoProgram } from "./cargo";
import { askGo, goProgram } from "./go";

/** A server that is built from a module of Go or a crate. */
export async function builtOrigin(source: BuiltSource, args: string[]): Promise<Origin> {
  if (source.kind === "go" && source.program !== undefined) {
    const fix = `go:.../cmd/${source.program}`;
    throw new CliError(`--program: got ${source.program}, expected none: the path names it`, ExitCode.Usage, fix);
  }
  const { program, from, notes } = await found(source);
  const name = localName(shortName(program.name ?? source.name));
  const local: LocalServer = { name, program, files: { copies: [], leftOut: [] }, args };
  const all = [...notes, ...(program.notes ?? [])];
  return { document: undefined, local, from, notes: all, otherNames: longNames(program.name ?? source.name) };
}

async function found(source: BuiltSource) {
  if (source.kind === "go") {
    const { info, ...rest } = await known(source, askGo);
    return { program: goProgram(source, info.version), ...rest };
  }
  const { info, ...rest } = await known(source, askCargo);
  return { program: cargoProgram(source, info), ...rest };
}
