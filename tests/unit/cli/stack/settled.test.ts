import assert from "node:assert/strict";
import type { ContainerInspectInfo } from "dockerode";
import { hopeless, isOwnStarting, unsettledText } from "../../../../cli/stack/settled";

const SECOND = 1_000_000_000;

function container(state: object, RestartCount = 0): ContainerInspectInfo {
  const Config = { Healthcheck: { StartPeriod: 30 * SECOND, Timeout: 5 * SECOND } };
  const State = { Running: true, Restarting: false, OOMKilled: false, ExitCode: 0, Error: "", ...state };
  return { State, RestartCount, Config } as unknown as ContainerInspectInfo;
}

const health = (Status: string, Output = "", ExitCode = 1) => ({ Health: { Status, Log: [{ ExitCode, Output }] } });

describe("up: servers that are not healthy", () => {
  it("may still become so while they start: the start period, one check and 15 s", () => {
    const starting = container(health("starting", "unhealthy: initialize: no\u001b[1m answer\n"));
    assert.equal(hopeless(starting, 50_000), undefined);
    assert.equal(hopeless(starting, 50_001), "initialize: no [1m answer");
    assert.equal(hopeless(container({ Health: { Status: "starting", Log: null } }), 50_001), "no check has ended");
  });

  it("are given up at once when Docker says so, or when they ended three times; soon when they do not run", () => {
    assert.equal(hopeless(container(health("unhealthy", "unhealthy: refused")), 0), "refused");
    const crashing = { Running: true, Restarting: true, ExitCode: 7 };
    assert.equal(hopeless(container(crashing, 2), 1_000), undefined);
    assert.equal(hopeless(container(crashing, 3), 1_000), "ended with exit code 7");
    assert.equal(hopeless(container({ ...crashing, OOMKilled: true }, 3), 1_000), "out of memory");
    const stopped = { Running: false, ExitCode: 127, Error: "exec: no such file" };
    assert.equal(hopeless(container(stopped), 15_000), undefined);
    assert.equal(hopeless(container(stopped), 15_001), "exec: no such file");
  });

  it("are given up when each of the last five checks saw the program end, but not in the container's first 10 s", () => {
    const start = Date.parse("2026-11-30T12:00:00Z");
    const ended = "unhealthy: initialize: the session ended without an answer\n";
    const check = (second: number, Output = ended, ExitCode = 1) => {
      return { Start: new Date(start + second * 1_000).toISOString(), ExitCode, Output };
    };
    const judged = (log: object[], second = 11): string | undefined => {
      const StartedAt = new Date(start).toISOString();
      return hopeless(container({ StartedAt, Health: { Status: "starting", Log: log } }), 0, start + second * 1_000);
    };
    const five = [1, 2, 3, 4, 5].map((second) => check(second));
    assert.equal(judged(five), "initialize: the session ended without an answer");
    assert.equal(judged(five, 10), undefined);
    assert.equal(judged(five.slice(1)), undefined);
    assert.equal(
      judged([...five.slice(1), check(6, "unhealthy: initialize: no answer in time")]),
      undefined,
      "it is slow",
    );
    assert.equal(judged([...five.slice(1), check(6, "", 0)]), undefined);
    assert.equal(judged([check(-1), ...five.slice(1)]), undefined, "a check of before the last start");
  });

  it("are told by name, with what is wrong, and what of the others", () => {
    const one = { name: "files", status: "unhealthy", reason: "no answer in time" };
    const text = "1 of 3 servers is not healthy; everything else is up\n  files is unhealthy: no answer in time";
    assert.equal(unsettledText([one], 3), text);
    assert.match(
      unsettledText([one, { ...one, name: "web" }], 3),
      /^2 of 3 servers are not healthy; .*\n.*\n {2}web is/,
    );
  });

  it("are not all: the orchestrator is waited for too, for a minute, and a companion only with its server", () => {
    const one = { name: "c", image: "i", id: "1", state: "starting" };
    assert.equal(isOwnStarting([one], 59_999), true);
    assert.equal(isOwnStarting([one], 60_000), false);
    const others = [
      { ...one, server: "files" },
      { ...one, companionOf: "files" },
      { ...one, shared: "redis" },
    ];
    assert.equal(isOwnStarting([...others, { ...one, state: "healthy" }], 0), false);
  });
});
