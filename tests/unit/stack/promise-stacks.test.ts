import assert from "node:assert/strict";
import { keepNoPromiseStacks } from "../../../stack/promise-stacks";

describe("the program's stack traces", () => {
  const before_ = Error.prepareStackTrace;
  afterEach(() => {
    Error.prepareStackTrace = before_;
  });

  it("are made of errors that say something, and of no others", () => {
    const asked: string[] = [];
    Error.prepareStackTrace = ({ message }) => {
      asked.push(message);
      return `mapped: ${message}`;
    };
    keepNoPromiseStacks();
    assert.equal(new Error("broken").stack, "mapped: broken");
    assert.equal(new Error().stack, "");
    assert.deepEqual(asked, ["broken"]);
  });

  it("are V8's own where nobody maps them", () => {
    Reflect.deleteProperty(Error, "prepareStackTrace");
    keepNoPromiseStacks();
    assert.equal(Error.prepareStackTrace, undefined);
  });
});
