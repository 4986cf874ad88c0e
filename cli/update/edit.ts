import type { Update } from "../updates/updates";

/** What is to be changed: an item that has something newer. */
export type Change = Pick<Update, "kind" | "name" | "have" | "digest" | "base"> & {
  newest: string;
  newestDigest?: string;
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** The exact words that pin it, and what follows them, which is no part of a longer word. */
function pinned({ kind, name, have, digest }: Change): RegExp | undefined {
  const at = escaped(have);
  switch (kind) {
    case "npm":
    case "go":
    case "cargo":
      return new RegExp(`(?<![\\w@/.-])(${escaped(name)}@)${at}(?![\\w+-]|\\.\\w)`, "g");
    case "pypi":
      return new RegExp(`(?<![\\w.-])(${escaped(name)}(?:\\[[^\\]]*\\])?\\s*==\\s*)${at}(?![\\w!+-]|\\.\\w)`, "g");
    case "image":
      return new RegExp(`(?<![\\w/.:-])(${escaped(name)}:)${at}${digest ? `@${digest}` : "(?!@)"}(?![\\w.:/-])`, "g");
    default:
      return undefined;
  }
}

/** A text with every pin of one thing at its newest version; the very text when it pins it nowhere. Pure. */
export function withNewest(text: string, change: Change): string {
  const { newest, digest, newestDigest } = change;
  const to = digest ? `${newest}@${newestDigest ?? digest}` : newest;
  const words = pinned(change);
  return words ? text.replace(words, (_, before: string) => before + to) : text;
}

/** A manifest whose own version is the package's at its newest one. Pure. */
export function withVersion(manifest: string, { kind, have, newest }: Change): string {
  if (kind === "image" || kind === "git") return manifest;
  return manifest.replace(/^(version:\s*)(["']?)(\S+?)\2(?=\s|$)/m, (whole, key: string, quote: string, is: string) =>
    is.replace(/^v/, "") === have.replace(/^v/, "") ? `${key}${quote}${newest.replace(/^v/, "")}${quote}` : whole,
  );
}

/** One line for people, and for a commit: `npm weather 1.9.0 -> 1.10.0`. */
export function changeText({ kind, name, have, newest, digest, newestDigest }: Change): string {
  const short = (text = ""): string => text.replace("sha256:", "").slice(0, 12);
  const [from, to] = have === newest ? [short(digest), short(newestDigest)] : [have, newest];
  return `${kind} ${name} ${from} -> ${to}`;
}
