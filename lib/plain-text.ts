/** What ends a line, draws nothing, or would be a command to a terminal; half a character counts as well. */
const BLANK = /[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** What turns or hides the text around it. Not the two joiners, which words and emoji are made with. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;

/** Text of others as one line of at most `max` characters that looks like what it is. */
export function oneLine(text: string, max = Number.POSITIVE_INFINITY): string {
  const line = text.replace(INVISIBLE, "").replace(BLANK, " ").trim();
  // A cut may leave half a character at the end.
  return line.length > max ? line.slice(0, max).replace(BLANK, " ").trim() : line;
}
