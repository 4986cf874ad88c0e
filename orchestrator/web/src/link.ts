/**
 * Returns the code of a sign-in link, and takes it out of the address at once: it must not stay in the history.
 * @returns undefined when the address has none
 */
export function codeInAddress(): string | undefined {
  const [, code] = /^#sign-in=([\w-]+)$/.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  return code;
}
