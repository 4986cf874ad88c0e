/** A cut in a text, and what comes there instead. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The edits done; those of the same place in the order they are given. */
export function applied(text: string, edits: Edit[]): string {
  let done = 0;
  const pieces = [...edits]
    .sort((one, other) => one.start - other.start)
    .map((edit) => {
      const piece = text.slice(done, edit.start) + edit.text;
      done = edit.end;
      return piece;
    });
  return pieces.join("") + text.slice(done);
}

/** Where a position is, as editors tell it. */
export function place(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

/** What to do about a file that cannot be edited. */
export const FIX = "mend the file, or name another one with --file";
