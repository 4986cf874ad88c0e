import { setImmediate as turn } from "node:timers/promises";
import type { LogLine } from "../servers/docker/logs";

/** Characters of one piece of the file. */
const PIECE = 64 * 1024;

/**
 * Yields a log as a text file, piece by piece. Between two pieces others have their turn.
 * @param others lines that belong among those of the log, by their time; oldest first
 */
export async function* logFile(lines: AsyncIterable<LogLine>, others: LogLine[] = []): AsyncGenerator<string> {
  let piece = "";
  for await (const { time, line } of interleaved(lines, others)) {
    piece += `${time} ${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
    await turn();
  }
  if (piece !== "") yield piece;
}

async function* interleaved(lines: AsyncIterable<LogLine>, others: LogLine[]): AsyncGenerator<LogLine> {
  let at = 0;
  for await (const line of lines) {
    for (let other = others[at]; other && Date.parse(other.time) < Date.parse(line.time); other = others[++at])
      yield other;
    yield line;
  }
  yield* others.slice(at);
}
