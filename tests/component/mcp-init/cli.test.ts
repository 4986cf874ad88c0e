import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILDS, build, Init, removeBuild } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

for (const which of BUILDS) {
  describe(`${which} command line and connect`, () => {
    let program: string;
    let init: Init | undefined;
    before(function () {
      this.timeout(60_000);
      program = join(build(), which);
    });
    afterEach(() => init?.destroy());

    it("refuses wrong usage with all problems at once", async () => {
      const cases: [string[], string[]][] = [
        [
          ["serve", "--max-sessions", "0", "--grace-ms=soon", "--speed", "9"],
          [
            "--max-sessions: got '0', expected a whole number from 1 to 1024",
            "--grace-ms: got 'soon'",
            "unknown argument '--speed'",
            "unknown argument '9'",
            "--socket is missing",
            "command is missing: -- COMMAND",
          ],
        ],
        [["serve", "--socket", "x".repeat(200), "--", "cat"], ["--socket: got 200 characters, expected 1 to 103"]],
        [["serve", "--socket", "--", "cat"], ["--socket needs a value"]],
        [["serve", "--socket=/a", "--socket=/b", "--", "cat"], ["--socket is given twice"]],
        [
          ["check", "--timeout-ms", "99999999999999999999"],
          ["--timeout-ms: got '99999999999999999999'", "got 0 of --socket, --url, --sse and --port, expected one"],
        ],
        [
          ["check", "--socket", "/a", "--url", "https://localhost/"],
          ["got 2 of --socket, --url, --sse and --port, expected one", "expected it to start with http://"],
        ],
        [["check", "--url", "http://example.com:80/"], ["names are not looked up"]],
        [["check", "--url", "http://127.0.0.1:99999/"], ["a port from 1 to 65535"]],
        [["check", "--url", "http://127.0.0.1:80/a b\r\nX: y"], ["printable characters"]],
        [
          ["connect", "me"],
          ["unknown argument 'me'", "--socket is missing"],
        ],
        [["start"], ["got 'start', expected serve, run, check, connect"]],
        [[], ["got ''"]],
      ];
      for (const [args, problems] of cases) {
        const { code, out } = await run(program, args);
        assert.equal(code, 2, out);
        for (const problem of problems)
          assert.ok(out.includes(problem), `${args.join(" ")}: ${problem} not in\n${out}`);
      }
      assert.equal((await run(program, ["--help"])).code, 0);
      assert.match((await run(program, ["--version"])).out, /^mcp-init \d+\.\d+\.\d+$/);
    });

    it("fails at once when the command cannot run or the folder is not there", async () => {
      writeFileSync(join(build(), "lost"), "#! /no/such/shell -x\n", { mode: 0o755 });
      const socket = `/tmp/mcp-init-${process.pid}.sock`;
      for (const [args, said] of [
        [
          ["--socket", socket, "--", "no-such-program"],
          /cannot run 'no-such-program': not found in PATH \(.+\)\. Expected/,
        ],
        [["--socket", socket, "--", "/etc/passwd"], /cannot run '\/etc\/passwd': Permission denied/],
        [["--socket", socket, "--", "/tmp"], /cannot run '\/tmp': Is a directory/],
        [
          ["--socket", socket, "--", join(build(), "lost")],
          /its interpreter '\/no\/such\/shell': No such file or directory\. Use an image/,
        ],
        [
          ["--socket", "/no/such/folder/s", "--", "/bin/cat"],
          /cannot listen on '\/no\/such\/folder\/s': No such file or directory/,
        ],
      ] as const) {
        const { code, out } = await run(program, ["serve", ...args]);
        assert.match(out, said);
        assert.equal(code, 1);
      }
    });

    it("bridges stdin and stdout to a session", async () => {
      init = await Init.server(which, []);
      const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} ${"x".repeat(i % 500)}`).join("\n");
      assert.deepEqual(
        { ...(await run(program, ["connect", "--socket", init.socket], `${lines}\n`)), ms: 0 },
        { code: 0, out: lines, ms: 0 },
      );
      await init.alone();
      await init.stop();
      init = await Init.server(which, ["exit", "0"]);
      const early = spawn(program, ["connect", "--socket", init.socket], { stdio: ["pipe", "ignore", "ignore"] });
      assert.equal(await new Promise((resolve) => early.on("exit", resolve)), 3); // its stdin is still open
      await init.stop();
      assert.equal((await run(program, ["connect", "--socket", init.socket])).code, 1);
    });
  });
}
