import { Client, type ClientConfig } from "../../orchestrator/rest/client-configs";
import type { ClientName } from "./clients";
import type { Done } from "./done";
import {
  type FileRecord,
  missingFolders,
  modeOf,
  Records,
  readText,
  realFile,
  removeFolders,
  replaceFile,
} from "./files";
import type { Entry } from "./jsonc";
import { connected, disconnected } from "./plan";

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
  const current = readText(file);
  const known = records.of(file);
  const { text, record } = connected(current, known, { stack, entries, file: connection.file, force });
  const change = text === current ? "none" : current === null ? "created" : "changed";
  const mode = modeOf(file);
  if (!dryRun && record) {
    const folders = known?.folders ?? missingFolders(file);
    const before = known ? known.mode : mode;
    // First, so that a crash between the two leaves a record of a file nobody touched, which does no harm.
    records.save({
      ...record,
      ...{ file, folders, clients: { ...known?.clients, [stack]: client } },
      ...(before === undefined ? {} : { mode: before }),
    });
    try {
      if (change !== "none" || (secret && mode !== PRIVATE)) replaceFile(file, text, current, secret ? PRIVATE : mode);
    } catch (error) {
      removeFolders(folders);
      if (known) records.save(known);
      else records.forget(file);
      throw error;
    }
  }
  return { client, file: connection.file, change };
}

/** Files that a stack is connected in. */
export function connections(stack: string, records = new Records()): FileRecord[] {
  return records.all().filter(({ clients }) => clients[stack] !== undefined);
}

/**
 * Takes a stack's entries out of a file again; to the byte, when nobody else changed it since.
 * @throws ProblemsError when the file is broken: then nothing was changed
 */
export function disconnect(record: FileRecord, stack: string, dryRun: boolean, records = new Records()): Done {
  const { file, folders, mode, clients } = record;
  const { [stack]: client = Client.ClaudeCode, ...others } = clients;
  const current = readText(file);
  const { text, record: rest } = disconnected(current, record, stack, file);
  const exact = current === record.written;
  const change = text === current ? "none" : text === null ? "removed" : exact && !rest ? "restored" : "mended";
  if (dryRun) return { client, file, change };
  if (current !== null) replaceFile(file, text, current, rest ? modeOf(file) : mode);
  if (rest) records.save({ ...record, ...rest, clients: others });
  else {
    removeFolders(folders);
    records.forget(file);
  }
  return { client, file, change };
}
