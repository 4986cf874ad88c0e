import { compareReleases } from "../add/python-versions";

/** A version in its parts, whichever registry it is of. */
interface Version {
  /** Of PyPI: `1!2.0` comes after every version without. */
  epoch: number;
  release: string;
  /** What stands behind the numbers, like `-rc.1`, `b2` or `.post1`. */
  rest: string;
}

function versionOf(text: string): Version | undefined {
  const [, epoch = "0", release, rest = ""] = /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)([^+]*)/i.exec(text) ?? [];
  return release === undefined ? undefined : { epoch: Number(epoch), release, rest };
}

/** Below 0 for what comes before the release of these numbers, above 0 for what comes after it. */
function rank(rest: string): number {
  if (rest === "") return 0;
  return /^[-._]?(post|rev|r(?!c))/i.test(rest) ? 1 : -1;
}

/** True for a version that comes before the release of its numbers: `1.0.0-rc.1`, `1.0b2`. */
export function isPrerelease(text: string): boolean {
  return rank(versionOf(text)?.rest ?? "") < 0;
}

/** Is another version a newer one? By the rules of npm, PyPI, Go and cargo, as far as they agree. */
export function isNewer(other: string, have: string): boolean {
  const [one, mine] = [versionOf(other), versionOf(have)];
  if (!one || !mine) return other !== have;
  const order =
    one.epoch - mine.epoch ||
    compareReleases(one.release, mine.release) ||
    rank(one.rest) - rank(mine.rest) ||
    compareRests(one.rest, mine.rest);
  return order > 0;
}

/** Numbers as numbers, what is between them as texts: `-rc.2` comes before `-rc.10`, and `a2` before `b1`. */
function compareRests(one: string, other: string): number {
  const parts = (rest: string): string[] => rest.match(/\d+|\D+/g) ?? [];
  const [ones, others] = [parts(one), parts(other)];
  for (const [at, part] of ones.entries()) {
    const its = others[at] ?? "";
    const order = Number(part) - Number(its);
    if (its !== "" && !Number.isNaN(order) ? order !== 0 : part !== its) return order || (part < its ? -1 : 1);
  }
  return ones.length - others.length;
}

const TAG = /^(v?)(\d+(?:\.\d+)*)(.*)$/;
/** A day, not a version: alpine has 20260127 beside 3.23. */
const DATE = /^\d{6,}/;

/**
 * The newest of an image's tags that has the form of the one in use: `24-slim` has `26-slim`, not `26` or `26.1-slim`.
 * @returns undefined when there is none that is newer, and for a tag without numbers
 */
export function newerTag(tag: string, tags: string[]): string | undefined {
  const [, v, numbers = "", rest] = TAG.exec(tag) ?? [];
  if (numbers === "") return undefined;
  let best = tag;
  for (const one of tags) {
    const [, itsV, its = "", itsRest] = TAG.exec(one) ?? [];
    const isAlike = itsV === v && itsRest === rest && its.split(".").length === numbers.split(".").length;
    if (isAlike && DATE.test(its) === DATE.test(numbers) && compareReleases(its, releaseOf(best)) > 0) best = one;
  }
  return best === tag ? undefined : best;
}

function releaseOf(tag: string): string {
  return TAG.exec(tag)?.[2] ?? "";
}

/** A commit, and the tag that names it. */
export interface Commit {
  id: string;
  tag?: string;
}

/**
 * Which commit of a repository comes after the one in use: for a tagged one that of the newest tag, for any other the
 * default branch's.
 * @param refs what `git ls-remote` printed
 * @returns undefined when it names no default branch
 */
export function newestCommit(refs: string, have: string): Commit | undefined {
  const commits = new Map<string, string>();
  for (const line of refs.split("\n")) {
    const [id, ref] = line.split("\t");
    // Behind ^{} stands the commit of a tag that is an object of its own.
    if (id && ref) commits.set(ref.replace(/\^\{\}$/, ""), id);
  }
  const tags = [...commits].flatMap(([ref, id]): Required<Commit>[] => {
    const [, tag] = /^refs\/tags\/(v?\d+(?:\.\d+)+.*)$/.exec(ref) ?? [];
    return tag === undefined ? [] : [{ id, tag }];
  });
  const mine = tags.find(({ id }) => id === have);
  if (mine) return tags.reduce((best, one) => (follows(one.tag, best.tag, mine.tag) ? one : best), mine);
  const head = commits.get("HEAD");
  return head === undefined ? undefined : { id: head };
}

/** @param mine the tag in use: who uses a prerelease is told of others */
function follows(tag: string, best: string, mine: string): boolean {
  return isNewer(tag, best) && (isPrerelease(mine) || !isPrerelease(tag));
}
