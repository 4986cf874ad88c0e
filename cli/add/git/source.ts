import { CliError, ExitCode } from "../../errors";

/** A Git repository, at a commit. */
export interface GitSource {
  kind: "git";
  url: string;
  /** All 40 digits of it, or 64. */
  commit: string;
  /** The folder in it that has the server. @default its own */
  subfolder?: string;
}

/** All of a commit's digits: a shorter one may come to mean another. */
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for a text that means a Git repository: `git+URL`, or a URL that ends in `.git`, with or without a commit. */
export function isGit(text: string): boolean {
  return text.startsWith("git+") || /^(https?|file|ssh):\/\/[^?#]*\.git([@#].*)?$/s.test(text);
}

/**
 * `git+URL#COMMIT` or `URL.git@COMMIT`, and `&subdirectory=FOLDER` behind the `#` as pip writes it.
 * @throws CliError when it has no whole commit, or something that is no place in a repository
 */
export function gitSource(text: string): GitSource {
  const [place = "", fragment = ""] = text.replace(/^git\+/, "").split(/#(.*)/s);
  const [, url = place, behind] = /^([a-z]+:\/\/[^/]*\/.*)@([^@/]+)$/s.exec(place) ?? [];
  const parts = fragment.split("&").filter(Boolean);
  const folders = parts.flatMap((part) => /^subdirectory=(.+)$/s.exec(part)?.[1] ?? []);
  const [commit = "", ...more] = [behind ?? [], parts.filter((part) => !part.startsWith("subdirectory="))].flat();
  const [subfolder] = folders;
  const refuse = (got: string, expected: string, fix?: string): CliError =>
    new CliError(`${shownUrl(url)}: got ${got}, expected ${expected}`, ExitCode.Usage, fix);
  if (!/^(https?|file|ssh):\/\/[^\s\\]+$/.test(url) || !URL.canParse(url)) {
    throw refuse("no address of a repository", "git+https://HOST/REPOSITORY#COMMIT");
  }
  const { username, password } = new URL(url);
  if (password || (username && !url.startsWith("ssh:"))) {
    throw refuse("an address with a password or token", "one without: Git's own credential helper has it");
  }
  if (!COMMIT.test(commit) || more.length > 0) {
    const got = commit === "" ? "no commit" : `the commit ${JSON.stringify([commit, ...more].join("&"))}`;
    const expected = "all 40 digits of one, behind # or @; a branch or tag can mean another one tomorrow";
    throw refuse(got, expected, `git ls-remote ${shownUrl(url)} says them`);
  }
  if (folders.length > 1 || subfolder?.split("/").some((part) => !/^(?!\.)[\w.@+ -]+$/.test(part))) {
    throw refuse(`the folder ${JSON.stringify(folders.join("&"))}`, "one in the repository, like src/weather");
  }
  return { kind: "git", url, commit, ...(subfolder ? { subfolder } : {}) };
}

/** The address of a repository for people to see, without what may be a secret. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return "the repository";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
