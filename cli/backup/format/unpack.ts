import { createHash, type Hash } from "node:crypto";
import { parseJson } from "../../../lib/json";
import { isMapping } from "../../../lib/mapping";
import { readTarHeader, TAR_BLOCK, tarPadding } from "../../../lib/tar";
import { CliError } from "../../errors";
import {
  type BackupManifest,
  FORMAT_VERSION,
  HASHES,
  type Hashes,
  hashesSchema,
  MANIFEST,
  manifestSchema,
} from "./manifest";

/** Takes a part's pieces, in their order. What it does not read is passed over. */
export type TakePart = (name: string, content: AsyncIterable<Buffer>) => Promise<void>;

/** What a whole backup was found to be. */
export interface Unpacked {
  manifest: BackupManifest;
  hashes: Hashes;
}

/** Bytes of the longest entry: a piece, and some more. */
const LONGEST = 64 * 2 ** 20;

interface Entry {
  name: string;
  content: Buffer;
}

/**
 * Reads a backup to its end and compares every part with its hash.
 * @param plain the tar archive, decrypted
 * @param take called with each part
 * @throws CliError when it is no backup, of a newer format, cut or broken
 */
export async function unpack(plain: AsyncIterable<Buffer>, take: TakePart): Promise<Unpacked> {
  const entries = entriesOf(plain);
  const following = async (): Promise<Entry | undefined> => (await entries.next()).value ?? undefined;
  const first = await following();
  const manifest = manifestOf(first);
  const found: Hashes = {
    [MANIFEST]: digest(createHash("sha256").update(first?.content ?? ""), first?.content.length ?? 0),
  };
  let entry = await following();
  while (entry && entry.name !== HASHES) {
    const name = partOf(entry.name);
    if (!manifest.parts.includes(name) || Object.hasOwn(found, name)) throw broken(`it has an entry ${name} too many`);
    const hash = createHash("sha256");
    let bytes = 0;
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (; entry && partOf(entry.name) === name; entry = await following()) {
        hash.update(entry.content);
        bytes += entry.content.length;
        yield entry.content;
      }
    };
    const content = pieces();
    // Who stops reading early does not end the generator: the rest is read for its hash.
    await take(name, { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) });
    for await (const _ of content);
    found[name] = digest(hash, bytes);
  }
  if (!entry) throw broken("it is cut: its last entry, with the hashes, is missing");
  const lacking = manifest.parts.filter((name) => !Object.hasOwn(found, name));
  if (lacking.length > 0) throw broken(`it lacks ${lacking.join(", ")}`);
  return { manifest, hashes: compared(entry, found) };
}

/** Reads the beginning alone: what a backup says it is. @throws CliError as `unpack` does */
export async function readManifest(plain: AsyncIterable<Buffer>): Promise<BackupManifest> {
  const entries = entriesOf(plain);
  try {
    return manifestOf((await entries.next()).value ?? undefined);
  } finally {
    await entries.return(undefined);
  }
}

const digest = (hash: Hash, bytes: number): Hashes[string] => ({ sha256: hash.digest("hex"), bytes });

const partOf = (entry: string): string => entry.replace(/\.\d{6}$/, "");

function manifestOf(entry: Entry | undefined): BackupManifest {
  const value = entry?.name === MANIFEST ? parseJson(entry.content.toString("utf8")) : undefined;
  if (!isMapping(value) || value.format !== "dind-mcp-backup") throw foreign();
  if (typeof value.version === "number" && value.version > FORMAT_VERSION) {
    const text = `the backup is of format ${value.version}, expected ${FORMAT_VERSION} or older`;
    throw new CliError(
      text,
      1,
      `use the version of the project that wrote it (${String(value.project)}), or a newer one`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw broken(`its manifest is not as expected: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** The hashes, when all that was read fits them. */
function compared({ content }: Entry, found: Hashes): Hashes {
  const parsed = hashesSchema.safeParse(parseJson(content.toString("utf8")));
  if (!parsed.success) throw broken("its hashes cannot be read");
  const names = new Set([...Object.keys(parsed.data), ...Object.keys(found)]);
  const wrong = [...names].filter((name) => {
    const [is, was] = [found[name], parsed.data[name]];
    return is?.sha256 !== was?.sha256 || is?.bytes !== was?.bytes;
  });
  if (wrong.length > 0) throw broken(`not as they were written: ${wrong.join(", ")}`);
  return parsed.data;
}

async function* entriesOf(plain: AsyncIterable<Buffer>): AsyncGenerator<Entry, undefined> {
  const chunks = plain[Symbol.asyncIterator]();
  const read = reader(chunks);
  try {
    for (;;) {
      const block = await read(TAR_BLOCK);
      const header = block && readTarHeader(block);
      if (!header) return;
      if (!header.sound || header.size > LONGEST) throw foreign();
      const content = await read(header.size);
      const padding = content && (await read(tarPadding(header.size)));
      if (!content || !padding) return;
      yield { name: header.name, content };
    }
  } finally {
    await chunks.return?.();
  }
}

/** Reads so many bytes; undefined when there are fewer. */
function reader(chunks: AsyncIterator<Buffer>): (bytes: number) => Promise<Buffer | undefined> {
  let held: Buffer[] = [];
  let have = 0;
  return async (bytes) => {
    while (have < bytes) {
      const { done, value } = await chunks.next();
      if (done) return undefined;
      held.push(value);
      have += value.length;
    }
    const all = held.length === 1 && held[0] ? held[0] : Buffer.concat(held);
    held = [all.subarray(bytes)];
    have = all.length - bytes;
    return all.subarray(0, bytes);
  };
}

export function broken(how: string): CliError {
  return new CliError(`the backup is broken: ${how}`, 1, "take another backup");
}

export function foreign(): CliError {
  return new CliError("the file is no backup of dind-mcp", 1, "bin/dind-mcp backup FILE makes one");
}
