import { posix } from "node:path";
import { isWithin } from "../../../../lib/folder-paths";
import { MEBIBYTE, parseBytes } from "../../../../lib/sizes";
import { parseEgress } from "../../../../manifest/egress-hosts";
import { type Fragment, merged } from "../../../../manifest/fragment";
import { HOME, storageOf } from "../../../../manifest/storage";
import type { Manifest } from "../../../../manifest/types";
import { storageAt } from "../../refusals/advice";
import { type EgressPlace, MOST_PLACES } from "../egress-requests";
import type { Changes } from "./changes";
import type { ImageFolders } from "./open-folders";
import type { Peaks } from "./peaks";

/** What a copy did. */
export interface Learned {
  egress: EgressPlace[];
  changes: Changes;
  folders: ImageFolders;
  /** Bytes in its root file system that are not the image's. */
  written: number;
  peaks: Peaks;
}

/** What a server needs. */
export interface Needs {
  /** The smallest part of a manifest that would have allowed it all. */
  needed: Fragment;
  /** What of it the manifest lacks. */
  add: Fragment;
  /** Lines of `egress` that nothing was asked of. */
  unused: string[];
  /** What no line of a manifest tells. */
  notes: string[];
}

/** The proxy's reason for what `public` does not let through. */
const UNLISTED = "the manifest does not list it";
const NO_PUBLIC_NAME = "it is no public host's name on port 80 or 443; the config opens private ones (privateHosts)";

/** So much more than was measured a limit is: what was seen in some minutes is not all. */
const MARGIN = 1.5;
const MEMORY_STEP = 64 * MEBIBYTE;
const PROCESSES_STEP = 16;
const CPUS_STEP = 0.25;
/** Lines that somebody reads: a copy may ask for, and write, what it likes. */
const MOST = { hosts: 100, storage: 8, notes: 30 };
/** What programs leave behind that nobody misses. */
const LITTER = /\/__pycache__(\/|$)|\.pyc$|^\/(tmp|run|dev|proc|sys)(\/|$)/;
const CACHES = /\/\.?(cache|npm|_cacache)(\/|$)/;

/** What a server needs, as its copy showed. Pure. @param manifest the server's own */
export function needsOf(learned: Learned, manifest: Manifest): Needs {
  const hosts = learned.egress
    .filter(({ outcome }) => outcome !== "refused")
    .map(({ host, port }) => `${host}:${port}`);
  // It may also have asked for what is no host's name.
  const lines = [...new Set(hosts)].sort().filter((line) => typeof parseEgress(line) === "object");
  const needed = lines.slice(0, MOST.hosts);
  const { fragment, notes } = storing(learned, manifest);
  const limits = limitsOf(learned.peaks);
  const missing = needed.filter((line) => !allows(manifest, line));
  const refused = learned.egress.filter(({ outcome }) => outcome === "refused");
  return {
    needed: merged([needed.length > 0 ? { egress: needed } : {}, fragment, { resources: limits }]),
    add: merged([
      missing.length > 0 ? { egress: missing } : {},
      fragment,
      beyond(limits, manifest),
      learned.peaks.shared > (parseBytes(manifest.scratch.size) ?? 0)
        ? { scratch: { size: rounded(learned.peaks.shared * MARGIN) } }
        : {},
    ]),
    unused: manifest.egress.filter((line) => !needed.some((one) => matches(line, one))),
    notes: [
      ...leftOut(learned, lines.length),
      ...firstOf([
        ...notes,
        ...refused.map(
          ({ host, port, reason }) => `${host}:${port} was refused: ${reason === UNLISTED ? NO_PUBLIC_NAME : reason}`,
        ),
      ]),
    ],
  };
}

/** What is not told, because there is too much of it. */
function leftOut({ egress, changes }: Learned, hosts: number): string[] {
  return [
    ...(changes.more ? ["it wrote more paths than are looked at: what is told of its folders is not all"] : []),
    ...(egress.length >= MOST_PLACES ? [`it asked for more than ${MOST_PLACES} places; later ones are left out`] : []),
    ...(hosts > MOST.hosts ? [`it reached ${hosts} hosts; ${hosts - MOST.hosts} of them are left out`] : []),
  ];
}

function firstOf(notes: string[]): string[] {
  const more = notes.length - MOST.notes;
  return more > 0 ? [...notes.slice(0, MOST.notes), `${more} more notes are left out`] : notes;
}

/** True when a line of `egress` lets a host and port through. */
function matches(line: string, asked: string): boolean {
  if (line === "public") return /:(80|443)$/.test(asked);
  return line.startsWith("*.") ? asked.endsWith(line.slice(1)) : line === asked;
}

const allows = ({ egress }: Manifest, asked: string): boolean => egress.some((line) => matches(line, asked));

function limitsOf({ memory, processes, cpus }: Peaks): { memory: string; processes: number; cpus: number } {
  return {
    memory: rounded(Math.max(memory, MEMORY_STEP / MARGIN) * MARGIN),
    processes: Math.ceil((Math.max(processes, 8) * MARGIN) / PROCESSES_STEP) * PROCESSES_STEP,
    cpus: Math.max(Math.ceil(cpus / CPUS_STEP) * CPUS_STEP, CPUS_STEP),
  };
}

function rounded(bytes: number): string {
  return `${(Math.ceil(bytes / MEMORY_STEP) * MEMORY_STEP) / MEBIBYTE}m`;
}

/** The limits that are above the manifest's. */
function beyond(limits: ReturnType<typeof limitsOf>, { resources }: Manifest): Fragment {
  const more = {
    ...((parseBytes(limits.memory) ?? 0) > (parseBytes(resources.memory) ?? 0) ? { memory: limits.memory } : {}),
    ...(limits.processes > resources.processes ? { processes: limits.processes } : {}),
    ...(limits.cpus > resources.cpus ? { cpus: limits.cpus } : {}),
  };
  return Object.keys(more).length > 0 ? { resources: more } : {};
}

/** Where it keeps what it wrote: storage, its home. */
function storing(
  { changes: { added, changed }, folders, written }: Learned,
  manifest: Manifest,
): Pick<Needs, "notes"> & { fragment: Fragment } {
  const own = [...storageOf(manifest).map(({ path }) => path), ...folders.mounted];
  const isOthers = (path: string): boolean => own.some((one) => isWithin(path, one) || isWithin(one, path));
  const news = added.filter((path) => !LITTER.test(path) && !isOthers(path) && path !== HOME.path);
  const parts: Fragment[] = [];
  const notes = changed
    .filter((path) => !LITTER.test(path) && !folders.all.has(path) && !isOthers(path))
    .map((path) => `it changes ${path}, a file of its image: ${MOVE}`);
  const room = written > (parseBytes(HOME.size) ?? 0) / 2 ? { size: rounded(written * 2) } : {};
  const paths = new Set<string>();
  const storage = (path: string): void => {
    if (paths.size >= MOST.storage && !paths.has(path)) return void notes.push(`it writes into ${path} as well`);
    paths.add(path);
    const { storage: [one] = [] } = storageAt(path) as { storage?: object[] };
    parts.push({ storage: [{ ...one, ...room }] });
  };
  const parents = new Set(news.map((path) => posix.dirname(path)));
  // Of a tree that is new, its top alone.
  for (const top of news.filter((path) => folders.all.has(posix.dirname(path)))) {
    const parent = posix.dirname(top);
    if (CACHES.test(top)) notes.push(`it keeps a cache in ${top}; without a line it goes to /tmp, in memory`);
    else if (isWithin(top, HOME.path)) parts.push({ home: true });
    else if (parents.has(top)) storage(top);
    else if (!folders.filled.has(parent)) storage(parent);
    else {
      notes.push(`it writes ${top} beside files of its image: ${MOVE}`);
      storage("/data");
    }
  }
  return { fragment: merged(parts), notes };
}

const MOVE = "move that to /data by a variable or an argument of the server's own";
