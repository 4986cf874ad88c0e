import assert from "node:assert/strict";
import { parseExactly } from "../../../../../lib/exact-json";
import { toolDigest } from "../../../../../orchestrator/gateway/tools/tool-digest";

const digestOf = (json: string): string => toolDigest(parseExactly(json) as Record<string, unknown>);
const limit = (number: string): string => `{"name":"a","inputSchema":{"type":"object","maximum":${number}}}`;

describe("gateway: the digest of a tool", () => {
  it("stays the same from one release to the next: what was approved stays so", () => {
    const definition = `{"name":"é","inputSchema":{"type":"object","properties":{"b":{"maximum":9007199254740991},"a":{
      "enum":[1.50,-0,1e3,0.1,5e-324,null,true,"123456789012345678901"]}}},"annotations":{"readOnlyHint":true}}`;
    assert.equal(digestOf(definition), "9be3dfcf39c1319fc9425bc4b7863677eefc545491b606c59fb26f1df1cb4f16");
  });

  it("is another one for another number, however many digits it has", () => {
    const numbers = ["9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "1e400"];
    assert.equal(new Set(numbers.map((number) => digestOf(limit(number)))).size, numbers.length);
    assert.equal(digestOf(limit("1.0")), digestOf(limit("1")), "the same number");
  });
});
