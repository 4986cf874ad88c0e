import { relative } from "node:path";
import Mocha from "mocha";
import { closingLine, type Message } from "./totals";

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL } = Mocha.Runner.constants;

/** Mocha's own report, closed by `N passed, N failed`; under tests/run.ts it tells that of every file instead. */
class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const tell = process.send && ((message: Message) => process.send?.(message));
    let file = { path: "", begun: 0, passed: 0, failed: 0 };
    const endFile = () => {
      const { path, begun, passed, failed } = file;
      if (path && passed + failed > 0) tell?.({ file: path, seconds: (Date.now() - begun) / 1000, passed, failed });
    };
    runner.on(EVENT_SUITE_BEGIN, (suite: Mocha.Suite) => {
      const path = suite.file ? relative(process.cwd(), suite.file) : "";
      if (!path || path === file.path) return;
      endFile();
      file = { path, begun: Date.now(), passed: 0, failed: 0 };
    });
    runner.on(EVENT_TEST_PASS, () => void file.passed++);
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable, error?: Error) => {
      file.failed++;
      tell?.({
        file: file.path,
        failure: test.fullTitle(),
        error: `${error?.message}`.split("\n").slice(0, 15).join("\n"),
      });
    });
    runner.once(EVENT_RUN_END, () => {
      endFile();
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      if (tell) tell({ passed, failed, skipped });
      else setImmediate(() => console.log(closingLine({ passed, failed, skipped })));
    });
  }
}

export = Reporter;
