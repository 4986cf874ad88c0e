import type { ClientConfig } from "../../api/client-configs";
import type { FileFormat } from "../../api/clients/client";
import type { CliError } from "../errors";
import { note } from "../output";
import type { ClientName } from "./clients";
import type { Done } from "./done";
import { missingFolders, modeOf, readExactly, realFile, removeFolders, replaceFile } from "./files";
import type { Entry } from "./formats/format";
import { formatOf } from "./formats/index";
import { connected, disconnected, sameName } from "./plan";
import { type FileRecord, Records } from "./records";

/** What to put where. */
export interface Connection {
  client: ClientName;
  file: string;
  /** What the file is written in. */
  format: FileFormat;
  /** What such a file begins with when there is none yet. @default nothing */
  begin?: string;
  stack: string;
  entries: Entry[];
  /** What goes out of the file, until `disconnect` puts it back. @default nothing */
  without?: Entry[];
  /** True when an entry holds a token: the file is then for its owner alone. */
  secret: boolean;
  force: boolean;
  dryRun: boolean;
}

/** The members of a configuration, one by one. */
export function entriesOf({ config }: Pick<ClientConfig, "config">): Entry[] {
  return Object.entries(config).flatMap(([container, members]) =>
    Array.isArray(members)
      ? members.map((value) => itemOf(container, value))
      : Object.entries(members as object).map(([key, value]): Entry => ({ container, key, kind: "property", value })),
  );
}

function itemOf(container: string, value: { id: string } | { name: string }): Entry {
  if ("id" in value) return { container, key: value.id, kind: "item", value };
  return { container, key: value.name, kind: "item", by: "name", value };
}

/** Owner alone. */
const PRIVATE = 0o600;

/**
 * Writes a stack's entries into a client's file.
 * @throws ProblemsError when the file is broken, or names are taken: then nothing was changed
 */
export function connect(connection: Connection, records = new Records()): Done {
  const { client, format, begin, stack, entries, without, secret, force, dryRun } = connection;
  const file = realFile(connection.file);
  const current = readExactly(file);
  const known = records.of(file);
  const wanted = { stack, entries, without, format: formatOf(format, begin), file: connection.file, force };
  const { text, record } = connected(current, known, wanted);
  const change = text === current ? "none" : current === null ? "created" : "changed";
  const mode = modeOf(file);
  if (!dryRun && record) {
    const folders = known?.folders ?? missingFolders(file);
    const narrower = secret && mode !== PRIVATE;
    const before = known?.mode ?? (narrower ? mode : undefined);
    const next: FileRecord = {
      ...record,
      ...{ file, format, begin, folders, clients: { ...known?.clients, [stack]: client } },
      ...(before === undefined ? {} : { mode: before }),
    };
    const old = known && Object.hasOwn(known.stacks, stack) ? (known.stacks[stack] ?? []) : [];
    // Written before the file, and with the old entries too, so that after a crash in between the record knows
    // everything.
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
 * Returns the files in which a stack is connected. Prints a note about records that it cannot read.
 * @param damaged called for each of those, too
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
 * Takes a stack's entries out of a file. If nobody has changed the file since, it is as before to the byte.
 * @throws ProblemsError when the file is broken: then nothing was changed
 */
export function disconnect(record: FileRecord, stack: string, dryRun: boolean, records = new Records()): Done {
  const { file, folders, mode, clients } = record;
  const { [stack]: client = "claude-code", ...others } = clients;
  const current = readExactly(file);
  const { text, record: rest } = disconnected(current, record, {
    stack,
    format: formatOf(record.format, record.begin),
    file,
  });
  const exact = current === record.written;
  const change = text === current ? "none" : text === null ? "removed" : exact && !rest ? "restored" : "mended";
  if (dryRun) return { client, file, change };
  // Keeps permissions that somebody else has set since.
  const ours = modeOf(file) === PRIVATE;
  if (current !== null) replaceFile(file, text, current, rest || !ours ? undefined : mode);
  if (rest) records.save({ ...record, ...rest, clients: others });
  else {
    removeFolders(folders);
    records.forget(file);
  }
  return { client, file, change };
}
