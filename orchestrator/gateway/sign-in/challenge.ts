/** A parameter of a challenge `Bearer name="value", ...` (RFC 6750), quoted or not; undefined when it has none. */
export function parameterOf(challenge: string, name: string): string | undefined {
  if (!/\bbearer\b/i.test(challenge)) return undefined;
  const [, quoted, plain] = new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,]+))`, "i").exec(challenge) ?? [];
  return quoted ?? plain;
}

/** The scopes that a challenge asks for; undefined when it names none. */
export function scopesIn(challenge: string): string[] | undefined {
  const scopes = parameterOf(challenge, "scope")?.split(" ").filter(Boolean) ?? [];
  return scopes.length > 0 ? scopes : undefined;
}
