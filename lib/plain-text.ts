/** Characters that end a line, draw nothing, or command a terminal; also half of a surrogate pair. */
const BLANK = /[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** Characters that reverse or hide the text around them, except the two joiners that words and emoji need. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;

/** Returns somebody else's text as one line of at most `max` characters, without anything invisible. */
export function oneLine(text: string, max = Number.POSITIVE_INFINITY): string {
  const line = text.replace(INVISIBLE, "").replace(BLANK, " ").trim();
  // A cut may leave half a character at the end.
  return line.length > max ? line.slice(0, max).replace(BLANK, " ").trim() : line;
}

/**
 * Characters in others' text (a server's log, a tool's name) that a terminal would take for a command, or that reverse
 * or hide the text around them. Not tabs, line ends, and the two joiners that words and emoji need.
 */
const CONTROL = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}]/gu;

/** Text that is safe to show: without control characters, tabs and ends of lines excepted. */
export function plain(text: string): string {
  return text.replace(CONTROL, "");
}
