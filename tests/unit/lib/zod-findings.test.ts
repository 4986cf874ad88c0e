import assert from "node:assert/strict";
import { z } from "zod";
import { zodFindings } from "../../../lib/zod-findings";

describe("what a schema finds wrong", () => {
  it("names every unknown key, and what the first hundred were meant to be: more would take seconds", () => {
    const schema = z.strictObject({ description: z.string().optional() });
    const letters = [..."abdefghijklmn"];
    const keys = letters.flatMap((one) => letters.map((other) => `des${one}ription${other}`)).slice(0, 150);
    const document = Object.fromEntries(keys.map((key) => [key, 1]));
    const words = { descriptoin: 1, ...document };
    const { error } = schema.safeParse(words);
    const findings = error ? zodFindings(error, words, schema) : [];
    assert.equal(findings.length, 151);
    assert.equal(findings[0]?.fix, "call it description, or remove it");
    assert.ok(findings.every(({ expected }) => expected === "one of description"));
    const hinted = findings.filter(({ fix }) => fix?.startsWith("call it")).length;
    assert.equal(hinted, 100);
  });
});
