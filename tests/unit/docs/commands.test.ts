import assert from "node:assert/strict";
import { program } from "../../../cli/program";
import { commandsOf, unknownCommands, unknownScripts } from "../../support/docs/commands";
import { pageOf, pages } from "../../support/docs/pages";

describe("commands on pages", () => {
  const all = pages().filter(({ path }) => path !== "CHANGELOG.md");

  it("are there, with their options", () => {
    assert.ok(all.flatMap(commandsOf).length > 60);
    assert.deepEqual(
      all.flatMap((page) => unknownCommands(page, program())),
      [],
    );
    const page = pageOf(
      "x.md",
      [
        "`bin/dind-mcp servers list --json`, `bin/dind-mcp up --refresh`, bin/dind-mcp test -- --grep x, bin/dind-mcp --version",
        "    bin/dind-mcp servers lst    # no",
        "bin/dind-mcp servers list --jsno",
        "`bin/dind-mcp upp`",
      ].join("\n"),
    );
    assert.deepEqual(unknownCommands(page, program()), [
      "x.md:2: got servers lst, expected one that there is",
      "x.md:3: got servers list --jsno, expected an option of it",
      "x.md:4: got the command upp, expected one that there is",
    ]);
  });

  it("of npm are scripts of package.json", () => {
    assert.deepEqual(all.flatMap(unknownScripts), []);
    assert.equal(unknownScripts(pageOf("x.md", "`npm run nothing`, `npm run lint`")).length, 1);
  });
});
