import { parseJson } from "../../lib/json";
import type { AuditFile } from "./audit-files";
import type { AuditEntry } from "./entry";
import { linesBackward } from "./lines-backward";

/** Conditions for entries; an entry must meet all of them. */
export interface AuditQuery {
  /** Milliseconds since 1970: from, inclusive. */
  since?: number;
  /** Milliseconds since 1970: to, exclusive. */
  until?: number;
  kind?: AuditEntry["kind"];
  principal?: string;
  /** Entries of these servers only. @default all, and entries without a server */
  servers?: ReadonlySet<string>;
  server?: string;
  tool?: string;
  result?: AuditEntry["result"];
  limit: number;
  /** The `next` of the previous page. */
  cursor?: string;
}

/** One page of the log. */
export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /**
   * Cursor of the next page; absent at the end. A page may hold fewer entries than asked for, even none, and have a
   * next.
   */
  next?: string;
}

/** Most bytes read for one page: a search for something rare must not keep the process busy. */
const SCAN = 16 * 1024 * 1024;

/** A cursor's content: the number of a file, and the place in it from which reading goes on backwards. */
function parseCursor(cursor: string | undefined): { number: number; at: number } | undefined {
  const [, number, at] = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
  return number === undefined ? undefined : { number: Number(number), at: Number(at) };
}

/** Tells whether a text is a cursor that a page may have given. */
export function isCursor(text: string): boolean {
  return parseCursor(text) !== undefined;
}

function parse(text: string): AuditEntry | undefined {
  const entry = parseJson(text); // a damaged line is skipped, so that the rest of the log stays readable
  return typeof entry === "object" && entry !== null && "time" in entry ? (entry as AuditEntry) : undefined;
}

/** What a line of a wanted entry must have in it. To look for it takes a tenth of the time that parsing every line takes. */
function marksOf(query: AuditQuery): string[] {
  const { kind, principal, server, tool, result } = query;
  return Object.entries({ kind, principal, server, tool, result }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
  );
}

function wanted(entry: AuditEntry, query: AuditQuery): boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY, servers } = query;
  const same = (["kind", "principal", "server", "tool", "result"] as const).every(
    (name) => query[name] === undefined || query[name] === entry[name],
  );
  const seen = servers === undefined || (entry.server !== undefined && servers.has(entry.server));
  return same && seen && entry.time >= since && entry.time < until;
}

/**
 * Reads one page of entries, from the newest back.
 * @param files the log's files, youngest first
 * @param scan most bytes to read
 */
export async function readPage(files: AuditFile[], query: AuditQuery, scan = SCAN): Promise<AuditPage> {
  const from = parseCursor(query.cursor);
  const entries: AuditEntry[] = [];
  const marks = marksOf(query);
  let left = scan;
  for (const file of files) {
    if (from && file.number > from.number) continue;
    // Entries are written after their time, so this file and the older ones hold only entries from before `since`.
    if (query.since !== undefined && file.changed < query.since) break;
    const end = from?.number === file.number ? Math.min(from.at, file.bytes) : file.bytes;
    for await (const { text, at } of linesBackward(file.path, end)) {
      const entry = marks.every((mark) => text.includes(mark)) ? parse(text) : undefined;
      if (entry && wanted(entry, query)) entries.push(entry);
      if (entries.length >= query.limit || left - (end - at) <= 0) return { entries, next: `${file.number}.${at}` };
    }
    left -= end;
  }
  return { entries };
}
