/** True when a pattern matches a text. A `*` at the end of a pattern matches any rest. */
export function matchesPattern(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
