/** A password inside a URL: scheme://user:password@host. */
const URL_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** True when the text holds a URL with a password. */
export function hasUrlPassword(text: string): boolean {
  return URL_PASSWORD.test(text);
}
