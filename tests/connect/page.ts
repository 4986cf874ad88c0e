import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPart } from "../../lib/marked-part";
import { markdownTable } from "../../lib/text-table";
import type { Tried } from "./try";

const PAGE = join(__dirname, "../../docs/clients.md");
const HEAD = ["Client", "Program", "It", "Token from", "`disconnect`", "Note"];

const UNDONE: Record<string, string> = {
  restored: "gives the file back to the byte",
  removed: "removes the file",
  mended: "takes ours out; the client had written the file anew",
};

/** Puts the results into the page, between their markers. */
export function writeDocs(all: Tried[]): void {
  const rows = all.map(({ program, notRun, seen, token, undone, problems }) => [
    `\`${program.client}\``,
    `${program.package} ${program.version}`,
    ...(notRun
      ? ["–", "–", "–", `not run: ${notRun}`]
      : [seen, token === "file" ? "the file" : "its variable", UNDONE[undone] ?? undone, problems.join("; ")]),
  ]);
  const day = new Date().toISOString().slice(0, 10);
  const text = `Last run: ${day}.\n\n${markdownTable([HEAD, ...rows])}`;
  writeFileSync(PAGE, withPart(readFileSync(PAGE, "utf8"), "last run of connect", text));
}
