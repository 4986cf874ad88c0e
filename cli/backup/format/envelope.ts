import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { CliError } from "../../errors";
import { broken, foreign } from "./unpack";

/** Who can read a backup that is written. */
export interface Recipients {
  /** In place of keys. */
  passphrase?: string;
  /** Public keys, `age1...`. */
  recipients: string[];
}

/** What a backup is read with. */
export interface Identities {
  passphrase?: string;
  /** Private keys, `AGE-SECRET-KEY-1...`. */
  identities: string[];
}

const AGE = "age-encryption.org/v1\n";

/** Compressed (zstd) and encrypted (age): `age -d FILE | zstd -d | tar t` reads it without us. */
export async function seal(plain: AsyncIterable<Buffer>, { passphrase, recipients }: Recipients): Promise<Readable> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if (passphrase !== undefined) encrypter.setPassphrase(passphrase);
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const zstd = createZstdCompress();
  // An error of the source is one of the stream's, and so of whoever reads it.
  pipeline(Readable.from(plain), zstd).catch(() => {});
  return fromWeb(await encrypter.encrypt(toWeb(zstd)));
}

/**
 * The way back.
 * @throws CliError for a file that is no backup, a key that does not fit, and what is broken or cut
 */
export async function* unseal(file: string, { passphrase, identities }: Identities): AsyncGenerator<Buffer> {
  await mustBeAge(file);
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  for (const identity of identities) decrypter.addIdentity(identity);
  const source = createReadStream(file, { highWaterMark: 2 ** 20 });
  const zstd = createZstdDecompress();
  try {
    const plain = await decrypter.decrypt(toWeb(source));
    pipeline(fromWeb(plain), zstd).catch(() => {});
    for await (const chunk of zstd) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { message } = error as Error;
    if (/no identity matched/.test(message)) throw wrongKey(passphrase !== undefined);
    throw broken(`it cannot be decrypted to its end (${message})`);
  } finally {
    source.destroy();
    zstd.destroy();
  }
}

/** @throws CliError for what does not begin as age's files do */
async function mustBeAge(file: string): Promise<void> {
  const handle = await open(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new CliError(`${file}: got ${code === "ENOENT" ? "no such file" : code}, expected a backup`, 2);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE.length), 0, AGE.length, 0);
    if (buffer.toString("latin1", 0, bytesRead) !== AGE) throw foreign();
  } finally {
    await handle.close();
  }
}

function wrongKey(passphrase: boolean): CliError {
  return passphrase
    ? new CliError(
        "the passphrase does not open the backup",
        1,
        "one made for keys (--recipient) wants --identity FILE",
      )
    : new CliError("no identity opens the backup", 1, "give the key of one of its recipients, or its passphrase");
}

// Node's types of web streams and those of the browser, which age-encryption names, are the same thing twice.
const toWeb = (stream: Readable): globalThis.ReadableStream<Uint8Array> =>
  Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>;
const fromWeb = (stream: globalThis.ReadableStream<Uint8Array>): Readable =>
  Readable.fromWeb(stream as unknown as ReadableStream<Uint8Array>);
