import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

describe("tracing", () => {
  it("loads nothing of OpenTelemetry when it is off", () => {
    const script = `
      require("./orchestrator/tracing").openTracer({ stack: "s", version: "1" }, console.error).then((tracer) => {
        console.log(tracer, Object.keys(require.cache).filter((file) => file.includes("@opentelemetry")).length);
      });`;
    const args = ["-r", "ts-node/register/transpile-only", "-e", script];
    const said = execFileSync(process.execPath, args, { cwd: join(__dirname, "../../.."), encoding: "utf8" });
    assert.equal(said.trim(), "undefined 0");
  });
});
