import { Transform } from "node:stream";
import { redact } from "./redact";

/** Characters of one line; Docker's events have some hundred. */
const LINE = 1024 * 1024;

/** Redacts JSON lines as they pass. Fails on a line that is too long or no JSON, and lets nothing of it out. */
export function redactedLines(): Transform {
  let rest = "";
  const written = (line: string): string => (line.trim() === "" ? "" : `${JSON.stringify(redact(JSON.parse(line)))}\n`);
  return new Transform({
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, done) {
      try {
        const lines = (rest + chunk.toString("latin1")).split("\n");
        rest = lines.pop() ?? "";
        if (rest.length > LINE) throw new Error("a line is too long");
        done(null, Buffer.from(lines.map((line) => written(Buffer.from(line, "latin1").toString("utf8"))).join("")));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
