/** Tells whether a URI matches a URI template (RFC 6570), or is the template itself. */
export function fits(template: string, uri: string): boolean {
  if (template === uri) return true;
  const parts = template.split(/(\{[^{}]*\})/);
  if (parts.length === 1) return false;
  // Compares the template's literal parts, in order. The server decides which characters a variable may hold.
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1 || part === "") continue;
    const found = uri.indexOf(part, at);
    if (found < 0 || (index === 0 && found > 0)) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? "";
  return parts[0] !== "" && (last === "" || uri.endsWith(last));
}
