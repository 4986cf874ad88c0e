const NAME = "dind-mcp-page";

/**
 * A random text that pages of other ports of this host cannot read, unlike the cookie, which the programs behind them get: a
 * sign-in is good only together with it. All tabs have the same; without Web Storage it lives as long as the tab.
 */
export function pageKey(): string {
  const made = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  try {
    const kept = localStorage.getItem(NAME);
    if (kept !== null) return kept;
    localStorage.setItem(NAME, made);
  } catch {
    // switched off
  }
  return made;
}
