import { parseJson } from "../../lib/json";
import type { AuditFile } from "./audit-files";
import type { AuditEntry } from "./entry";
import { linesBackward } from "./lines-backward";

/** Which entries; all conditions together. */
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
  /** `next` of the page before. */
  cursor?: string;
}

/** One page of the log. */
export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /** Where to go on; absent at the end. A page can have fewer entries than asked for, or none, and a next one. */
  next?: string;
}

/** Bytes that one page may read: a question for something rare must not keep the process busy. */
const SCAN = 16 * 1024 * 1024;

/** What a cursor says: the number of a file, and the place in it before which reading goes on. */
function parseCursor(cursor: string | undefined): { number: number; at: number } | undefined {
  const [, number, at] = /^(\d{1,9})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
  return number === undefined ? undefined : { number: Number(number), at: Number(at) };
}

/** Whether this is a cursor that a page could have given. */
export function isCursor(text: string): boolean {
  return parseCursor(text) !== undefined;
}

function parse(text: string): AuditEntry | undefined {
  const entry = parseJson(text); // a damaged one: the rest of the log is still worth reading
  return typeof entry === "object" && entry !== null && "time" in entry ? (entry as AuditEntry) : undefined;
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
 * One page, read from the end, a piece at a time.
 * @param files youngest first
 * @param scan bytes to read at most
 */
export async function readPage(files: AuditFile[], query: AuditQuery, scan = SCAN): Promise<AuditPage> {
  const from = parseCursor(query.cursor);
  const entries: AuditEntry[] = [];
  let left = scan;
  for (const file of files) {
    if (from && file.number > from.number) continue;
    // An entry is written after its time: nothing in this file, or in an older one, is young enough.
    if (query.since !== undefined && file.changed < query.since) break;
    const end = from?.number === file.number ? Math.min(from.at, file.bytes) : file.bytes;
    for await (const { text, at } of linesBackward(file.path, end)) {
      const entry = parse(text);
      if (entry && wanted(entry, query)) entries.push(entry);
      if (entries.length >= query.limit || left - (end - at) <= 0) return { entries, next: `${file.number}.${at}` };
    }
    left -= end;
  }
  return { entries };
}
