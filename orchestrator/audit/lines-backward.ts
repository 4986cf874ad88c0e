import { open } from "node:fs/promises";

const CHUNK = 64 * 1024;

/** A line without its end, and where in the file it begins. */
export interface Line {
  text: string;
  at: number;
}

/**
 * Yields the lines of a file from `end` back to its start, reading 64 KiB at a time. Skips an unfinished line at
 * `end`.
 */
export async function* linesBackward(path: string, end: number): AsyncGenerator<Line> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return; // removed by a rotation in the meantime
  try {
    // Bytes of a line whose beginning is not read yet.
    let rest = Buffer.alloc(0);
    let whole = false;
    for (let at = end; at > 0; ) {
      const start = Math.max(0, at - CHUNK);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(at - start), 0, at - start, start);
      if (bytesRead < at - start) return;
      const piece = Buffer.concat([buffer, rest]);
      let until = piece.length;
      for (
        let newline = piece.lastIndexOf(0x0a);
        newline >= 0;
        newline = newline > 0 ? piece.lastIndexOf(0x0a, newline - 1) : -1
      ) {
        if (whole && until > newline + 1)
          yield { text: piece.toString("utf8", newline + 1, until), at: start + newline + 1 };
        whole = true;
        until = newline;
      }
      rest = piece.subarray(0, until);
      at = start;
    }
    if (whole && rest.length > 0) yield { text: rest.toString("utf8"), at: 0 };
  } finally {
    await file.close();
  }
}
