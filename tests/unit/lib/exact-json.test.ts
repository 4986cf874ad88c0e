import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../../../lib/canonical-json";
import { isExactNumber, isWhole, parseExactly } from "../../../lib/exact-json";
import { shown } from "../../../lib/findings";
import { isMapping } from "../../../lib/mapping";
import { keptArguments } from "../../../orchestrator/audit/kept-arguments";
import { toolDigest } from "../../../orchestrator/gateway/tools/tool-digest";

describe("numbers that no double can hold", () => {
  const through = (text: string): string => JSON.stringify(parseExactly(text));

  it("cross as they are written", () => {
    const numbers = ["9007199254740993", "-9007199254740993", "1e400", "-1E+400", "0.10000000000000000001"];
    for (const text of [...numbers, "123456789012345678901234567890.5", `1${"0".repeat(2_000)}1`]) {
      assert.equal(through(text), text);
      assert.equal(through(`{"a":[{"b":${text}}],"c":"${text}"}`), `{"a":[{"b":${text}}],"c":"${text}"}`);
    }
  });

  it("are the only ones that are no numbers of JavaScript", () => {
    const exact = ["1e-400", "9007199254740993.0", "12345678901234567890"];
    const doubles = ["9007199254740992", "1.50", "1e3", "-0", "0.1000000000000000", "100000000000000000000000"];
    assert.deepEqual(
      [...doubles, ...exact].filter((text) => isExactNumber(parseExactly(text))),
      exact,
    );
    assert.equal(through("[1.50,1e3]"), "[1.5,1000]");
  });

  it("never become another number, whatever is written", () => {
    const digits = fc.stringMatching(/^[0-9]{1,30}$/);
    const written = fc
      .tuple(fc.constantFrom("", "-"), digits, fc.option(digits), fc.option(fc.integer({ min: -400, max: 400 })))
      .map(([sign, whole, rest, power]) => {
        const number = `${sign}${whole.replace(/^0+(?=\d)/, "")}${rest === null ? "" : `.${rest}`}`;
        return {
          number: `${number}${power === null ? "" : `e${power}`}`,
          whole: `${whole}${rest ?? ""}`,
          sign,
          power: (power ?? 0) - (rest ?? "").length,
        };
      });
    /** The value as a fraction of whole numbers, reckoned without doubles. */
    const value = (text: string): [bigint, bigint] => {
      const [, sign = "", whole = "0", rest = "", power = "0"] =
        /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
      const exponent = Number(power) - rest.length;
      const number = BigInt(whole + rest) * (sign === "-" ? -1n : 1n);
      return exponent < 0 ? [number, 10n ** BigInt(-exponent)] : [number * 10n ** BigInt(exponent), 1n];
    };
    fc.assert(
      fc.property(written, ({ number }) => {
        const [a, b] = value(number);
        const [c, d] = value(through(number));
        assert.equal(a * d, c * b, number);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are numbers to whoever looks: whole or not, no mapping, a shape in the audit log", () => {
    const big = parseExactly("9007199254740993");
    assert.deepEqual(
      [isMapping(big), isMapping({}), isWhole(big), isWhole(parseExactly("1e400")), isWhole(3)],
      [false, true, true, true, true],
    );
    assert.deepEqual([isWhole(parseExactly("9007199254740993.5")), isWhole("3")], [false, false]);
    assert.equal(shown({ a: big }, ["a"]), "a number");
    assert.equal(JSON.stringify(keptArguments({ id: big }, "redacted")), '{"id":"number"}');
    assert.equal(isExactNumber({ rawJSON: "1" }), false);
  });

  it("make a tool's definition another one when they change (B09)", () => {
    const definition = (limit: string) =>
      parseExactly(`{"name":"a","inputSchema":{"maximum":${limit}}}`) as Record<string, unknown>;
    assert.notEqual(toolDigest(definition("9007199254740993")), toolDigest(definition("9007199254740992")));
    assert.equal(toolDigest(definition("10.0")), toolDigest(definition("10")), "as it was before");
    assert.equal(
      canonicalJson(definition("9007199254740993")),
      '{"inputSchema":{"maximum":9007199254740993},"name":"a"}',
    );
  });

  it("take no more time for being long", () => {
    const started = performance.now();
    for (const text of [`0.${"0".repeat(1_000_000)}1`, `1e${"9".repeat(1_000_000)}`, "1".repeat(1_000_000)])
      assert.equal(through(text), text);
    assert.ok(performance.now() - started < 5_000);
  });
});
