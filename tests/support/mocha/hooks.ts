import { join, relative, sep } from "node:path";
import { sweep } from "../fleet/sweep";
import { removeAll } from "./at-end";
import { refuseProcesses } from "./no-processes";

/** Tiers whose tests bring up stacks on the host engine. */
const WITH_ENGINE = ["integration", "conformance"];

const TESTS = join(__dirname, "../..");

/** The tiers of the files that mocha runs in this process; with --parallel it is one file at a time. */
function tiers(context: Mocha.Context): (string | undefined)[] {
  const suites = context.test?.parent?.suites ?? [];
  return suites.map(({ file = "" }) => relative(TESTS, file).split(sep)[0]);
}

/** A rejection that nobody handles fails the test: mocha by itself ignores it, and in the orchestrator a call would hang. */
function fail(reason: unknown): never {
  throw reason instanceof Error ? reason : new Error(`a promise was rejected, and nobody heard of it: ${reason}`);
}

export const mochaHooks = {
  /** Unit tests start no process; before tests that need an engine, what a killed earlier run left is removed. */
  async beforeAll(this: Mocha.Context): Promise<void> {
    // Anew for each file: with --parallel mocha removes it after each.
    if (!process.listeners("unhandledRejection").includes(fail)) process.on("unhandledRejection", fail);
    const all = tiers(this);
    if (all.every((tier) => tier === "unit")) refuseProcesses();
    if (!all.some((tier = "") => WITH_ENGINE.includes(tier))) return;
    this.timeout(120_000);
    await sweep();
  },
  /** The shared fleets go, without remains. */
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(360_000);
    await removeAll();
  },
};
