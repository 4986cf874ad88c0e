import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { compare } from "../../compatibility/compare";
import type { Outcome } from "../../compatibility/drive";
import { SAMPLE } from "../../compatibility/popular/list";

/** Milliseconds: most of it is builds of images. */
const LATEST = 1_200_000;

// All servers that people use most: tests/compatibility, on demand.
describe("a sample of the servers that people use most", function () {
  this.timeout(LATEST + 300_000);
  let outcomes: Outcome[] = [];
  const said: string[] = [];

  before(async () => {
    const say = (text: string) => void said.push(text);
    // Mocha would not wait until the stack is removed.
    const late = new AbortController();
    const tooLate = sleep(LATEST, undefined, { signal: late.signal }).then(() => {
      throw new Error(`not done after ${LATEST / 1_000} s:\n${said.join("\n")}`);
    });
    tooLate.catch(() => {});
    outcomes = await compare(SAMPLE, say, undefined, tooLate).finally(() => late.abort());
  });

  it("is eight", () => assert.equal(outcomes.length, 8));

  for (const { name, steps, afterRestart = [] } of SAMPLE) {
    it(`has ${name}, added by one command, which does its job`, () => {
      const one = outcomes.find((outcome) => outcome.name === name);
      assert.equal(one?.failed, undefined, said.join("\n"));
      assert.equal(one?.done.length, steps.length + afterRestart.length);
    });
  }
});
