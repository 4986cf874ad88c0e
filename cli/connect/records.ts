import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FileFormat } from "../../api/clients/client";
import { parseJson } from "../../lib/json";
import { CliError, ExitCode } from "../errors";
import { CLIENTS, type ClientName } from "./clients";
import { readExactly, replaceFile } from "./files";
import type { Connected } from "./plan";

/** The record of a file that we wrote to. It may hold a token, and everything the file held before. */
export interface FileRecord extends Connected {
  /** Where the file really is. */
  file: string;
  /** Which client each stack is connected for. */
  clients: Record<string, ClientName>;
  /** What the file is written in. */
  format: FileFormat;
  /** What such a file begins with when there was none. @default nothing */
  begin?: string;
  /** The file's permissions before us; absent when we did not change them. */
  mode?: number;
  /** Folders that were made for it, the outer one first. */
  folders: string[];
}

const VERSION = 1;
const entrySchema = z.object({
  container: z.string(),
  key: z.string(),
  kind: z.enum(["property", "item"]),
  by: z.enum(["id", "name"]).optional(),
  value: z.json(),
});
const recordSchema: z.ZodType<FileRecord> = z.object({
  version: z.literal(VERSION),
  file: z.string(),
  clients: z.record(z.string(), z.enum(CLIENTS)),
  // Records of before there was more than JSON say nothing.
  format: z.enum(FileFormat).default(FileFormat.Json),
  begin: z.string().optional(),
  mode: z.int().optional(),
  folders: z.array(z.string()),
  original: z.string().nullable(),
  stacks: z.record(z.string(), z.array(entrySchema)),
  without: z.record(z.string(), z.array(entrySchema)).optional(),
  written: z.string(),
});

/** The records, one file each, below the launcher's state. Launchers wait for each other (the lock `connect`). */
export class Records {
  constructor(private readonly folder = join(process.env.DIND_MCP_STATE ?? "", "connect")) {}

  private path(file: string): string {
    return join(this.folder, `${createHash("sha256").update(file).digest("hex").slice(0, 16)}.json`);
  }

  /** Returns a file's record. @throws CliError when it cannot be read */
  of(file: string): FileRecord | undefined {
    const path = this.path(file);
    return existsSync(path) ? read(path) : undefined;
  }

  /** Returns all records that can be read. @param damaged called for each other one */
  all(damaged: (error: CliError) => void): FileRecord[] {
    const names = existsSync(this.folder) ? readdirSync(this.folder).filter((name) => name.endsWith(".json")) : [];
    return names.flatMap((name) => {
      try {
        return [read(join(this.folder, name))];
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        damaged(error);
        return [];
      }
    });
  }

  /** Writes a file's record in one step, readable by its owner alone. */
  save(record: FileRecord): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = this.path(record.file);
    replaceFile(path, JSON.stringify({ version: VERSION, ...record }), readExactly(path), 0o600);
  }

  /** Removes a file's record; fine when there is none. */
  forget(file: string): void {
    rmSync(this.path(file), { force: true });
  }
}

/** Leaves out the messages of JSON.parse and zod, which could show a piece of the file. */
function read(path: string): FileRecord {
  const stored = parseJson(readExactly(path) ?? "");
  const { success, data } = recordSchema.safeParse(stored);
  if (success) return data;
  const { version, file } =
    z.object({ version: z.unknown(), file: z.unknown() }).partial().safeParse(stored).data ?? {};
  const got = typeof version === "number" && version > VERSION ? `version ${version}` : "a damaged one";
  const fix =
    got === "a damaged one"
      ? `take our entries out of ${typeof file === "string" ? file : "the client's file"} by hand, then remove the record; it may hold what was there before ("original")`
      : "use the dind-mcp that wrote it";
  throw new CliError(`the record ${path}: got ${got}, expected version ${VERSION}`, ExitCode.Failed, fix);
}
