import assert from "node:assert/strict";
import { failedBuild, failedStepLines } from "../../../../../cli/engine/builds/history";
import { each, fields, text, textField, whole } from "../../../../../lib/protobuf";

/** A field with a message in it. */
function message(number: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), varint(Math.floor(value / 128))]);
}

const number = (field: number, value: number) => Buffer.concat([Buffer.from([field * 8]), varint(value)]);
const record = (ref: string, seconds: number, error?: string) =>
  message(
    2,
    message(1, Buffer.from(ref)),
    ...(error ? [message(5, number(1, 2), message(2, Buffer.from(error)))] : []),
    message(6, number(1, seconds)),
  );
const log = (vertex: string, written: string) =>
  message(3, textField(1, vertex), number(3, 2), message(4, Buffer.from(written)));
const vertex = (digest: string, error = "") =>
  message(1, textField(1, digest), textField(3, "RUN x"), ...(error ? [textField(7, error)] : []));

describe("a build that failed", () => {
  it("is the latest with the reason that was told, and no older than the run", () => {
    const long = `process "${"x".repeat(300)}"\nexit code: 7`;
    const events = [
      record("other", 2_000, "no such file"),
      record("first", 1_000, long),
      record("second", 1_900, long),
      record("good", 3_000),
    ];
    const reason = `process "${"x".repeat(300)}" exit code: 7`;
    assert.equal(failedBuild(events, reason, 1_500_000), "second");
    assert.equal(failedBuild(events, reason, 1_900_900), "second", "BuildKit's times are in seconds here");
    assert.equal(failedBuild(events, reason, 1_950_000), undefined);
    assert.equal(failedBuild(events, "the engine does not answer", 0), undefined);
  });

  it("is told by the last lines of the step that failed, without colours and what was drawn over", () => {
    const answers = [
      Buffer.concat([vertex("a"), vertex("b"), log("a", "fine\n"), log("b", "one\ntw")]),
      Buffer.concat([log("b", "o\n 10%\r 90%\r100% done\r\n\n\u001b[31mE: red\u001b[0m"), vertex("b", "exit code: 7")]),
    ];
    assert.deepEqual(failedStepLines(answers, 9), ["one", "two", "100% done", "E: red"]);
    assert.deepEqual(failedStepLines(answers, 2), ["100% done", "E: red"]);
    assert.deepEqual(failedStepLines([vertex("a")], 9), []);
  });

  it("is read from protobuf, of which what is cut off is refused", () => {
    const whole53 = Buffer.concat([
      number(1, 2 ** 40 + 5),
      message(2, Buffer.from("é")),
      Buffer.from([0x1d, 1, 2, 3, 4]),
    ]);
    assert.equal(whole(whole53, 1), 2 ** 40 + 5);
    assert.equal(text(whole53, 2), "é");
    assert.deepEqual(each(whole53, 9), []);
    assert.throws(() => fields(message(1, Buffer.from("abc")).subarray(0, 4)), RangeError);
    assert.throws(() => fields(Buffer.from([0x0b])), /got a field of kind 3/);
  });
});
