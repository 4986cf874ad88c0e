/** Whether a pattern stands for a text; `*` at the end of a pattern stands for any rest. */
export function matchesPattern(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
