import type { Readable } from "node:stream";

const HEADER = 8;
const STDERR = 2;
/** Of what a program says beside its output, bytes that are kept: an error's last words. */
const KEPT = 4_096;

/** What a program wrote to standard error, the end of it. */
export class Said {
  text = "";

  add(chunk: Buffer): void {
    this.text = (this.text + chunk.toString("utf8")).slice(-KEPT);
  }

  /** On one line. */
  get line(): string {
    return this.text.trim().replace(/\s*\n\s*/g, "; ");
  }
}

/**
 * Standard output out of a stream of Docker's, which has it in frames together with standard error. dockerode's own way
 * heeds nobody who reads slowly: a large volume would pile up in memory.
 */
export async function* outputOf(stream: Readable, said: Said): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let left = 0;
  let kind = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    for (;;) {
      if (left === 0) {
        if (held.length < HEADER) break;
        [kind, left] = [held.readUInt8(0), held.readUInt32BE(4)];
        held = held.subarray(HEADER);
        if (left === 0) continue;
      }
      if (held.length === 0) break;
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      if (kind === STDERR) said.add(part);
      else yield part;
    }
  }
}
