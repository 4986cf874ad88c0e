import assert from "node:assert/strict";
import { ExitCode } from "../../../cli/errors";
import { program } from "../../../cli/program";
import { refreshArguments } from "../../../cli/stack/passing";

describe("help", () => {
  it("of every command has a description, and examples where it does something", () => {
    const walk = (command: ReturnType<typeof program>): void => {
      if (command.name().startsWith("__")) return;
      assert.ok(command.description(), command.name());
      let text = "";
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      if (command.commands.length === 0) assert.match(text, /Examples:\n {2}\S/, command.name());
      command.commands.forEach(walk);
    };
    walk(program());
  });
});

describe("commands", () => {
  it("wait for no time that is none", async () => {
    const root = program();
    for (const text of ["abc", "-1", "1e9", "Infinity"]) {
      const started = root.parseAsync(["engine", "start", "--timeout", text], { from: "user" });
      await assert.rejects(started, {
        code: ExitCode.Usage,
        message: `--timeout: got "${text}", expected a whole number of seconds`,
      });
    }
  });

  it("that lack an argument, at any depth, say where to read more", async () => {
    const lacks = ["servers add", "servers logs", "secrets set", "engine logs --nosuch", "nosuch"];
    for (const line of lacks) {
      let text = "";
      const walk = (command: ReturnType<typeof program>): void => {
        command
          .exitOverride()
          .configureOutput({ writeErr: (part) => (text += part) })
          .commands.forEach(walk);
      };
      const root = program();
      walk(root);
      await assert.rejects(root.parseAsync(line.split(" "), { from: "user" }), { name: "CommanderError" });
      assert.match(text, /^error: .*\n[\s\S]*usage: bin\/dind-mcp [\s\S]*\(--help says more\)/, line);
    }
  });

  it("take an option that the command above them has too", async () => {
    const passphrase = ["--passphrase-file", "/nonexistent/passphrase"];
    for (const line of [["backup", "show"], ["backup", "verify"], ["backup"]]) {
      const read = program().parseAsync([...line, "/nonexistent/backup", ...passphrase], { from: "user" });
      await assert.rejects(read, /\/nonexistent\/passphrase/, line.join(" "));
    }
  });

  it("answer no question that pulumi does not ask", () => {
    assert.deepEqual(refreshArguments(["--diff"]).slice(0, 3), ["refresh", "--yes", "--skip-preview"]);
    const looks = refreshArguments(["--preview-only"]);
    assert.ok(looks.includes("--preview-only") && !looks.includes("--yes") && !looks.includes("--skip-preview"));
  });
});
