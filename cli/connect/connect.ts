import { Client, type ClientConfig } from "../../api/client-configs";
import type { CliError } from "../errors";
import { note } from "../output";
import type { ClientName } from "./clients";
import type { Done } from "./done";
import { missingFolders, modeOf, readExactly, realFile, removeFolders, replaceFile } from "./files";
import type { Entry } from "./jsonc";
import { connected, disconnected, sameName } from "./plan";
import { type FileRecord, Records } from "./records";

/** What to put where. */
export interface Connection {
  client: ClientName;
  file: string;
  stack: string;
  entries: Entry[];
  /** True when an entry holds a token: the file is then for its owner alone. */
  secret: boolean;
  force: boolean;
  dryRun: boolean;
}

/** The members of a configuration, one by one. */
export function entriesOf({ config }: Pick<ClientConfig, "config">): Entry[] {
  return Object.entries(config).flatMap(([container, members]) =>
    Array.isArray(members)
      ? (members as { id: string }[]).map((value): Entry => ({ container, key: value.id, kind: "item", value }))
      : Object.entries(members as object).map(([key, value]): Entry => ({ container, key, kind: "property", value })),
  );
}

/** Owner alone. */
const PRIVATE = 0o600;

/**
 * Writes a stack's entries into a client's file.
 * @throws ProblemsError when the file is broken, or names are taken: then nothing was changed
 */
export function connect(connection: Connection, records = new Records()): Done {
  const { client, stack, entries, secret, force, dryRun } = connection;
  const file = realFile(connection.file);
  const current = readExactly(file);
  const known = records.of(file);
  const { text, record } = connected(current, known, { stack, entries, file: connection.file, force });
  const change = text === current ? "none" : current === null ? "created" : "changed";
  const mode = modeOf(file);
  if (!dryRun && record) {
    const folders = known?.folders ?? missingFolders(file);
    const narrower = secret && mode !== PRIVATE;
    const before = known?.mode ?? (narrower ? mode : undefined);
    const next: FileRecord = {
      ...record,
      ...{ file, folders, clients: { ...known?.clients, [stack]: client } },
      ...(before === undefined ? {} : { mode: before }),
    };
    const old = known && Object.hasOwn(known.stacks, stack) ? (known.stacks[stack] ?? []) : [];
    // Before the file, and with the old entries too: a crash in between leaves nothing that no record knows of.
    records.save({
      ...next,
      stacks: { ...next.stacks, [stack]: [...entries, ...old.filter((one) => !entries.some(sameName(one)))] },
    });
    try {
      if (change !== "none" || narrower) replaceFile(file, text, current, secret ? PRIVATE : mode);
    } catch (error) {
      removeFolders(folders);
      if (known) records.save(known);
      else records.forget(file);
      throw error;
    }
    records.save(next);
  }
  return { client, file: connection.file, change };
}

/**
 * Files that a stack is connected in; a note tells of records that cannot be understood.
 * @param damaged is told of those as well
 */
export function connections(
  stack: string,
  records = new Records(),
  damaged: (error: CliError) => void = () => {},
): FileRecord[] {
  const all = records.all((error) => {
    note(`left out: ${error.message}${error.fix ? `\nto fix: ${error.fix}` : ""}`);
    damaged(error);
  });
  return all.filter(({ clients }) => Object.hasOwn(clients, stack));
}

/**
 * Takes a stack's entries out of a file again; to the byte, when nobody else changed it since.
 * @throws ProblemsError when the file is broken: then nothing was changed
 */
export function disconnect(record: FileRecord, stack: string, dryRun: boolean, records = new Records()): Done {
  const { file, folders, mode, clients } = record;
  const { [stack]: client = Client.ClaudeCode, ...others } = clients;
  const current = readExactly(file);
  const { text, record: rest } = disconnected(current, record, stack, file);
  const exact = current === record.written;
  const change = text === current ? "none" : text === null ? "removed" : exact && !rest ? "restored" : "mended";
  if (dryRun) return { client, file, change };
  // Permissions that somebody else set since are theirs.
  const ours = modeOf(file) === PRIVATE;
  if (current !== null) replaceFile(file, text, current, rest || !ours ? undefined : mode);
  if (rest) records.save({ ...record, ...rest, clients: others });
  else {
    removeFolders(folders);
    records.forget(file);
  }
  return { client, file, change };
}
