/** JSON's escapes are TOML's; the one character more that TOML wants escaped is DEL. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll("\x7F", "\\u007F");
const bare = (key: string): string => (/^[\w-]+$/.test(key) ? key : quoted(key));

function inline(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${bare(key)} = ${inline(one)}`)
    .join(", ")} }`;
}

/** The lines of a TOML table with this name, its members' values on one line each. */
export function tomlTable(name: string[], members: Record<string, unknown>): string[] {
  return [
    `[${name.map(bare).join(".")}]`,
    ...Object.entries(members).map(([key, one]) => `${bare(key)} = ${inline(one)}`),
  ];
}
