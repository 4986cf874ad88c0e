import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILDS, build, Init, removeBuild } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

const VALUE = "hunter2-äöü =x";
const environ = (pid: number): string => readFileSync(`/proc/${pid}/environ`, "utf8");

for (const which of BUILDS) {
  describe(`${which} secrets as variables`, () => {
    let init: Init | undefined;
    let server: string;
    let file: string;
    before(function () {
      this.timeout(60_000);
      server = join(build(), "test-server");
      file = join(build(), "variable");
    });
    beforeEach(() => {
      writeFileSync(file, `${VALUE}\r\n\n`, { mode: 0o644 });
      writeFileSync(`${file}-empty`, "", { mode: 0o644 }); // what is left of a secret that was removed
    });
    afterEach(() => init?.destroy());

    const session = async (names: string[], more: string[]): Promise<Init> => {
      init = await Init.server(which, ["variables", ...names], { more });
      return init;
    };

    it("sets them in the session's process, and in no other", async () => {
      const all = await session(
        ["KEY", "ABSENT", "EMPTY", "PATH"],
        [
          ...["--variable", `KEY=${file}`, `--variable=PATH=${file}`],
          ...["--optional-variable", "ABSENT=/no/such/file", `--optional-variable=EMPTY=${file}-empty`],
        ],
      );
      const client = await all.open();
      for (const expected of [VALUE, "(none)", "(none)", VALUE]) assert.equal(await client.line(), expected);
      const holders = all.processes.filter(({ pid }) => environ(pid).includes(VALUE));
      assert.deepEqual(
        holders.map(({ name }) => name),
        ["test-server"],
      );
      assert.equal(all.processes.length, 3);
      for (const { pid } of all.processes) assert.ok(!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("hunter2"));
      client.socket.destroy();
      await all.alone();
      await all.stop();
      assert.equal(all.log, "");
    });

    it("tells the client and the log when a file went, and never what it held", async () => {
      const all = await session(["KEY"], ["--variable", `KEY=${file}`]);
      for (const [content, why] of [
        [undefined, "No such file or directory"],
        [`hunter2\0`, "it has a NUL character, which no variable can have"],
        ["hunter2".repeat(20_000), "longer than the 128 KiB that a variable can have"],
      ] as const) {
        if (content === undefined) rmSync(file);
        else writeFileSync(file, content, { mode: 0o644 });
        const client = await all.open();
        const { message } = JSON.parse(await client.line()).error;
        assert.equal(message, `the server cannot be started: the secret for the variable KEY: ${file}: ${why}`);
        await client.ended;
      }
      await all.stop();
      assert.match(all.log, /^mcp-init: session 1: the server cannot be started: the secret for the variable KEY: /);
      assert.ok(!all.log.includes("hunter2"));
    });

    it("does not start without a required file, and says all that is wrong", async () => {
      const args = ["--variable", "A=/no/such/a", "--variable", "B=/no/such/b", "--", "/bin/cat"];
      for (const command of [["serve", "--socket", join(build(), "never.sock")], ["run"]]) {
        const { code, out } = await run(join(build(), which), [...command, ...args]);
        assert.equal(code, 1);
        for (const name of ["a", "b"]) {
          const line = `mcp-init: no value for the variable ${name.toUpperCase()}: /no/such/${name}: No such file or directory`;
          assert.ok(out.includes(line), out);
        }
      }
      const wrong = ["--variable", "1A=/x", "--variable=A", "--optional-variable", "A=x", "--", "/bin/cat"];
      const { code, out } = await run(join(build(), which), ["run", ...wrong]);
      assert.equal(code, 2);
      for (const text of ["--variable: got '1A=/x'", "--variable: got 'A'", "--optional-variable: got 'A=x'"])
        assert.ok(out.includes(`${text}, expected NAME=/FILE`), out);
    });

    it("run: the server has them, ends as it ends, and gets the signals", async () => {
      const program = join(build(), which);
      const shown = await run(program, ["run", "--variable", `KEY=${file}`, "--", server, "variables", "KEY"]);
      assert.deepEqual([shown.code, shown.out], [0, VALUE]);
      assert.equal((await run(program, ["run", "--", server, "exit", "7"])).code, 7);
      assert.equal((await run(program, ["run", "--", server, "crash", "11"])).code, 128 + 11);
      const trap = "trap 'echo got TERM; exit 3' TERM; kill -TERM $PPID; while :; do sleep 0.05; done";
      const told = await run(program, ["run", "--", "/bin/sh", "-c", trap]);
      assert.deepEqual([told.code, told.out], [3, "got TERM"]);
      assert.deepEqual((await run(program, ["run", "--", server, "state"])).out.split("\n"), [
        "0 1 2",
        "SigBlk:\t0000000000000000",
        "SigIgn:\t0000000000000000",
      ]);
    });

    it("as Docker's own init: by MCP_INIT, which the server does not see", async () => {
      const program = join(build(), which);
      const variables = ["--", server, "variables", "KEY", "MCP_INIT"];
      const set = (text: string): string[] => [`MCP_INIT=${text}`, program];
      const shown = await run("env", [...set(`run --variable KEY=${file}`), ...variables]);
      assert.deepEqual([shown.code, shown.out], [0, `${VALUE}\n(none)`]);
      assert.match((await run(program, variables)).out, /the variable MCP_INIT is missing/);
      const wrong = await run("env", [...set("check --socket /x"), ...variables]);
      assert.deepEqual([wrong.code, wrong.out.includes("got 'check', expected serve or run first")], [2, true]);
    });
  });
}
