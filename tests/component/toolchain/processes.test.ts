import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../support/fleet/command";

const LIB = join(__dirname, "../../../toolchain/lib.sh");

describe("the toolchain, of the processes that it starts", () => {
  const running = async (start: string): Promise<string> => {
    const told = 'running "$pid" && echo running || echo ended';
    const { stdout } = await run("bash", ["-c", `. ${LIB}; ${start}; sleep 0.5; ${told}; kill "$pid" 2>/dev/null`]);
    return stdout.trim();
  };

  // What a program looks like to others while the kernel loads it: its first command line is gone, its own not there yet.
  it("takes one without a command line for running", async () => {
    assert.equal(await running(`perl -e '$0 = ""; sleep 20' >/dev/null & pid=$!`), "running");
  });

  it("takes one that has ended, and that nobody has collected, for ended", async () => {
    const neglectful = "perl -e '$| = 1; $pid = fork // die; exit 0 unless $pid; print $pid; close STDOUT; sleep 20'";
    assert.equal(
      await running(`exec 3< <(exec ${neglectful}); parent=$!; pid=$(cat <&3); trap 'kill $parent' EXIT`),
      "ended",
    );
  });

  it("takes a number that no process has for ended", async () => {
    assert.equal(await running("pid=99999999"), "ended");
    assert.equal(await running("pid="), "ended");
  });
});
