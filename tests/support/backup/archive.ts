import { type BackupManifest, FORMAT_VERSION } from "../../../cli/backup/format/manifest";
import { type Part, pack } from "../../../cli/backup/format/pack";

/** Parts by name, as text. */
export type Contents = Record<string, string>;

/** A manifest of these parts. */
export function manifestOf(contents: Contents): BackupManifest {
  return {
    format: "dind-mcp-backup",
    version: FORMAT_VERSION,
    project: "0.1.0",
    stack: "dev",
    time: "2026-12-01T00:00:00.000Z",
    host: "here",
    offline: false,
    passphrase: true,
    catalogs: [],
    database: "none",
    servers: [],
    parts: Object.keys(contents),
  };
}

/** The parts themselves. */
export function partsOf(contents: Contents): Part[] {
  return Object.entries(contents).map(([name, text]) => ({
    name,
    async *open() {
      yield Buffer.from(text);
    },
  }));
}

/** A backup's archive, not compressed and not encrypted. */
export async function archive(contents: Contents): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of pack(manifestOf(contents), partsOf(contents))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
