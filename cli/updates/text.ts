import { agoOf } from "../add/known";
import { table } from "../output";
import type { Update, Updates } from "./updates";

/** Digits of a commit or a digest that people are shown. */
const SHORT = 12;

/** What `updates` found, for people. */
export function updatesText({ servers, items, counts }: Updates, now = new Date()): string {
  const bare = servers.filter((name) => !items.some(({ server }) => server === name));
  const rows = [
    ...items.map((item) => row(item, now)),
    ...bare.map((name) => [name, "nothing pinned", "", "", "", ""]),
  ];
  const told = items.flatMap((item) => {
    const what = `${item.server}, ${whatOf(item)}`;
    if (item.unasked !== undefined) return [`not known: ${what}: ${item.unasked}`];
    return item.warning === undefined ? [] : [`note: ${what}: ${item.newest} is ${item.warning}`];
  });
  const { newer, unasked } = counts;
  const rest = unasked > 0 ? `, ${unasked} not known` : "";
  const sum =
    items.length > 0 ? [`${newer} of ${items.length} ${newer === 1 ? "has" : "have"} something newer${rest}`] : [];
  const sorted = rows.sort(([one = ""], [other = ""]) => (one < other ? -1 : one > other ? 1 : 0));
  const listed = table(["SERVER", "WHAT", "HAVE", "NEWEST", "AGE", "LINK"], sorted, "the catalog has no servers");
  return [listed, ...told, ...sum].join("\n");
}

function row(item: Update, now: Date): string[] {
  const { server, published, link = "" } = item;
  return [server, whatOf(item), haveOf(item), newestCell(item), published ? agoOf(published, now) : "", link];
}

function whatOf({ kind, name, base }: Update): string {
  if (kind === "manifest") return name;
  return base ? `base image ${name}` : `${kind} ${name}`;
}

function haveOf({ kind, have, digest }: Update): string {
  if (kind === "git") return have.slice(0, SHORT);
  return [have, short(digest)].filter(Boolean).join(" ");
}

function newestCell({ kind, newest, newer, tag, newestDigest }: Update): string {
  if (newest === undefined) return "?";
  if (!newer) return "same";
  if (kind === "git") return [tag, newest.slice(0, SHORT)].filter(Boolean).join(" ");
  return [newest, short(newestDigest)].filter(Boolean).join(" ");
}

function short(digest = ""): string {
  return digest.replace(/^sha256:/, "").slice(0, SHORT);
}
