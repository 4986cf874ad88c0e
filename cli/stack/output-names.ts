import { nearest } from "../../lib/nearest";
import { CliError } from "../errors";

/** Checks the name of an output. @throws CliError with those that there are */
export function checkOutput(name: string, all: string[]): void {
  if (all.includes(name)) return;
  const meant = nearest(name, all);
  const expected = `one of ${[...all].sort().join(", ")}`;
  throw new CliError(
    `outputs: got ${JSON.stringify(name)}, expected ${expected}`,
    undefined,
    meant === undefined ? "`bin/dind-mcp outputs` shows all of them" : `did you mean ${meant}?`,
  );
}
