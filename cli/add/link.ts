/** Longest address that is shown. */
const MOST = 200;

/**
 * A package's address of a page, as a registry has it, for people: of a repository the page that a browser shows.
 * @returns undefined for what is no address of the web, or has a password
 */
export function webLink(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const address = text
    .trim()
    .replace(/^git\+/, "")
    .replace(/^(?:ssh:\/\/)?git@([\w.-]+)[:/]/, "https://$1/")
    .replace(/^git:/, "https:")
    .replace(/\.git$/, "");
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address) || address.length > MOST) return undefined;
  const { username, password, href } = new URL(address);
  return username || password ? undefined : href;
}

/** Which of a package's addresses tells most of a new version: words of their names, the best first. */
const BEST = [/change|release|history|what'?s ?new|news/i, /source|repo|code|git/i, /home/i];

/** The changelog of those addresses, else the repository, else the home page. @param addresses `NAME, URL`, as PyPI has them */
export function bestLink(addresses: string[], home?: string): string | undefined {
  const named = addresses.map((one) => /^\s*([^,]*),\s*(.*)$/s.exec(one) ?? []);
  const found = BEST.flatMap((word) => named.filter(([, name = ""]) => word.test(name)).map(([, , url]) => url));
  return [...found, home].map(webLink).find((link) => link !== undefined);
}
