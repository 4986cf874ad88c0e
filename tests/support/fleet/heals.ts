import assert from "node:assert/strict";
import { cli, type TestStack } from "./stack";

/** One `bin/dind-mcp up`, then a look at everything. @returns what it said it found */
export async function heals(stack: TestStack): Promise<string> {
  const up = await cli(stack, "up");
  assert.equal(up.code, 0, up.stdout + up.stderr);
  const { code, stdout, stderr } = await cli(stack, "validate");
  assert.equal(code, 0, stdout + stderr + up.stderr);
  return up.stderr;
}
