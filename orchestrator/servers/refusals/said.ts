import { RefusalKind } from "../../../api/refusal-kind";
import { oneLine } from "../../../lib/plain-text";

/** What a program's words tell of a refusal. */
export interface Said {
  kind: RefusalKind;
  /** The path or the host; empty when the words do not name it. */
  what: string;
  /** True when the path itself was to be a folder. */
  isFolder?: boolean;
}

/** Longest text that is looked at, and longest path or host, in characters. */
const TEXT = 16_384;
const WHAT = 300;

type Reading = (groups: Record<string, string | undefined>) => Said;

const CODES: Record<string, RefusalKind> = {
  ...{ EROFS: RefusalKind.Write, EACCES: RefusalKind.Write, EPERM: RefusalKind.Write },
  ...{ ENOSPC: RefusalKind.Room, EFBIG: RefusalKind.Room, EDQUOT: RefusalKind.Room },
};
const NUMBERS: Record<string, RefusalKind> = {
  ...{ 1: RefusalKind.Write, 13: RefusalKind.Write, 30: RefusalKind.Write },
  ...{ 27: RefusalKind.Room, 28: RefusalKind.Room, 122: RefusalKind.Room },
};
const WORDS: Record<string, RefusalKind> = {
  ...{ "read-only file system": RefusalKind.Write, "permission denied": RefusalKind.Write },
  ...{ "no space left on device": RefusalKind.Room, "file too large": RefusalKind.Room },
};

const host: Reading = ({ host: what = "" }) => ({ kind: RefusalKind.Host, what: what.toLowerCase() });
const only =
  (kind: RefusalKind): Reading =>
  () => ({ kind, what: "" });

/** The words of runtimes and tools that people write servers with. The first that fits a line counts. */
const PATTERNS: [RegExp, Reading][] = [
  // noexec, as the dynamic linker and Node say it
  [
    /(?<path>\/[^\s:'"]+): failed to map segment from shared object/,
    ({ path = "" }) => ({ kind: RefusalKind.Run, what: path }),
  ],
  [/\bspawn (?<path>\/\S+) EACCES/, ({ path = "" }) => ({ kind: RefusalKind.Run, what: path })],
  // Node: EROFS: read-only file system, open '/app/memory.json'
  [
    /\b(?<code>EROFS|EACCES|EPERM|ENOSPC|EFBIG|EDQUOT)\b: [^,'"]*(?:, (?<work>\w+)(?: '(?<path>\/[^']*)')?)?/,
    ({ code = "", work, path = "" }) => ({
      kind: CODES[code] ?? RefusalKind.Write,
      what: path,
      ...(work === "mkdir" ? { isFolder: true } : {}),
    }),
  ],
  // Node, which says so of a folder that it makes with its parents where nothing can be written
  [
    /\bENOENT: [^,'"]*, mkdir '(?<path>\/[^']*)'/,
    ({ path = "" }) => ({ kind: RefusalKind.Write, what: path, isFolder: true }),
  ],
  // Python: OSError: [Errno 30] Read-only file system: '/app/x'
  [
    /\[Errno (?<number>1|13|27|28|30|122)\] [^:'"]+(?:: ['"](?<path>\/[^'"]*)['"])?/,
    ({ number = "", path = "" }) => ({ kind: NUMBERS[number] ?? RefusalKind.Write, what: path }),
  ],
  [/getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]+)/i, host],
  [
    /(?:Could not resolve host|Failed to (?:DNS )?resolve(?: address)?|unable to resolve host address)[: ]*['"‘]?(?<host>[\w.-]+)/i,
    host,
  ],
  [/\bdial tcp: lookup (?<host>[\w.-]+)/, host],
  [/connect (?:ENETUNREACH|EHOSTUNREACH) (?<host>\d+\.\d+\.\d+\.\d+:\d+)/, host],
  [/(?:Name or service not known|Temporary failure in name resolution|nodename nor servname)/i, host],
  // Go, Rust, tools: open /x: read-only file system; mkdir: cannot create directory '/x': Permission denied
  [
    /(?<folder>mkdir|create directory)?[^/\n]{0,40}?['"‘]?(?<path>\/[^\s:'"’]+)['"’]?: (?<words>read-only file system|permission denied|no space left on device|file too large)/i,
    ({ folder, path = "", words = "" }) => ({
      kind: WORDS[words.toLowerCase()] ?? RefusalKind.Write,
      what: path,
      ...(folder ? { isFolder: true } : {}),
    }),
  ],
  [/read-only file system|attempt to write a readonly database|unable to open database file/i, only(RefusalKind.Write)],
  [/no space left on device/i, only(RefusalKind.Room)],
  [
    /heap out of memory|\bMemoryError\b|OutOfMemoryError|Cannot allocate memory|\bENOMEM\b|std::bad_alloc/,
    only(RefusalKind.Memory),
  ],
  [
    /can't start new thread|unable to create (?:new )?native thread|(?:pthread_create|fork|clone|spawn)\b.{0,60}(?:EAGAIN|Resource temporarily unavailable)/,
    only(RefusalKind.Processes),
  ],
  [/\bEMFILE\b|Too many open files/i, only(RefusalKind.Files)],
];

/**
 * The refusals that a text tells of: what programs wrote to their log, or answered. It knows the words of Node, Python, Go,
 * Rust, sqlite and the usual tools; what a program says in words of its own it does not find.
 */
export function refusalsIn(text: string): Said[] {
  const found = new Map<string, Said>();
  for (const line of text.slice(0, TEXT).split("\n")) {
    for (const [pattern, reading] of PATTERNS) {
      const match = pattern.exec(line);
      if (!match) continue;
      const said = reading(match.groups ?? {});
      const what = oneLine(said.what, WHAT);
      found.set(`${said.kind} ${what}`, { ...said, what });
      break;
    }
  }
  return [...found.values()];
}

/** The text in an answer: JSON, of which only ends of lines and quotes are read. */
export function unescaped(json: string): string {
  return json.replace(/\\[nr]/g, "\n").replace(/\\(["\\/])/g, "$1");
}
