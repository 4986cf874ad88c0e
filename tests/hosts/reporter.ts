import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { facts, type HostResult } from "../support/hosts/facts";
import { HOST } from "../support/hosts/host";

import Reporter = require("../support/mocha/reporter");

/** The report of all tests, and a file for the table in docs/hosts.md. */
class HostReporter extends Reporter {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const checks: HostResult["checks"] = [];
    const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_RUN_END } = Mocha.Runner.constants;
    const note = (test: Mocha.Test, passed: boolean) =>
      checks.push({ title: test.title, passed, seconds: (test.duration ?? 0) / 1000 });
    runner.on(EVENT_TEST_PASS, (test) => note(test, true));
    runner.on(EVENT_TEST_FAIL, (test) => note(test, false)); // a hook that failed counts, too
    runner.once(EVENT_RUN_END, () => {
      const result: HostResult = { kind: HOST.kind, machine: HOST.machine, facts, checks };
      writeFileSync(`${HOST.work}/${HOST.kind}.json`, JSON.stringify(result, null, 2));
    });
  }
}

export = HostReporter;
