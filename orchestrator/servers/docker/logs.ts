/** One line that a server wrote. */
export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  time: string;
  stream: "stdout" | "stderr";
  line: string;
}

const HEADER_BYTES = 8;
/** Docker cuts a long line into pieces of 16 KiB. They are joined again, up to this many bytes. */
const LONGEST_LINE = 64 * 1024;

type Source = AsyncIterable<Buffer> | Iterable<Buffer>;

/** Cuts Docker's log stream into frames: 1 byte for the stream, 3 unused, 4 for the length, then the text. */
async function* frames(source: Source): AsyncGenerator<{ stream: LogLine["stream"]; text: string }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.length < end) break;
      const text = rest.toString("utf8", HEADER_BYTES, end);
      yield { stream: rest[0] === 2 ? "stderr" : "stdout", text };
      rest = rest.subarray(end);
    }
  }
}

/**
 * Yields the lines of a container's log that was asked for with `timestamps`. Reads no further than the caller takes
 * lines.
 * @throws the source's error
 */
export async function* logLines(source: Source): AsyncGenerator<LogLine> {
  const begun = new Map<LogLine["stream"], LogLine>();
  for await (const { stream, text } of frames(source)) {
    const space = text.indexOf(" ");
    const piece = text.slice(space + 1);
    const line = begun.get(stream) ?? { time: text.slice(0, space), stream, line: "" };
    line.line += piece.replace(/\r?\n$/, "");
    if (piece.endsWith("\n") || line.line.length >= LONGEST_LINE) {
      begun.delete(stream);
      yield line;
    } else begun.set(stream, line);
  }
  yield* begun.values();
}
