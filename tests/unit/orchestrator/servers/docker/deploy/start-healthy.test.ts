import assert from "node:assert/strict";
import { maskSecrets, verdict } from "../../../../../../orchestrator/servers/docker/deploy/start-healthy";
import { health, inspected, type State } from "../../../../../support/orchestrator/servers/docker/inspect";

const said = (state: State, RestartCount = 0) => verdict({ ...inspected("c", {}, state), RestartCount });

describe("a server that starts", () => {
  it("is waited for until it is healthy", () => {
    assert.equal(said(health("starting", 0, "")), "wait");
    assert.equal(said(health("starting", 1, "no answer")), "wait");
    assert.equal(said({ Status: "restarting", ExitCode: 1 }, 1), "wait");
    assert.equal(said(health("healthy", 0, "ok")), "ready");
  });

  it("is given up with the reason when it never will be", () => {
    assert.deepEqual(said(health("unhealthy", 1, "no answer\n")), { failed: "no answer" });
    assert.deepEqual(said({ Status: "restarting", ExitCode: 7 }, 2), { failed: "ended with exit code 7" });
    assert.deepEqual(said(health("starting", 0, ""), 2), { failed: "it ended again and again" });
    assert.deepEqual(said({ Status: "exited", ExitCode: 1, OOMKilled: true }), { failed: "out of memory" });
    assert.deepEqual(said({ Status: "removing" }), { failed: "it did not start" });
  });
});

describe("secrets in a server's log", () => {
  it("are taken out, each line of them, the longer ones first", () => {
    assert.equal(
      maskSecrets("key=abc, pem=LINE2 abcdef", ["abc", "LINE1\nLINE2\n", "abcdef", ""]),
      "key=[secret], pem=[secret] [secret]",
    );
    assert.equal(maskSecrets("nothing", []), "nothing");
  });
});
