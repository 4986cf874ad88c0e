import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const FILES = { server: "server-cert.pem", client: "client-cert.pem" };

/**
 * When the certificates of the engine's API end, in seconds since 1970. The engine lays those that dockerd has into the
 * folder (images/engine/certificates.sh); one that is not there, or cannot be read, is left out. Never rejects.
 */
export async function certificateEnds(folder: string): Promise<Record<string, number>> {
  const ends = Object.entries(FILES).map(async ([name, file]): Promise<[string, number][]> => {
    try {
      const { validTo } = new X509Certificate(await readFile(join(folder, file)));
      return [[name, Date.parse(validTo) / 1_000]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries((await Promise.all(ends)).flat());
}
