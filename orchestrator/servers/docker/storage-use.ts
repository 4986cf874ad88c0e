import { readFile } from "node:fs/promises";
import { parseBytes } from "../../../lib/sizes";
import type { Owner } from "../../../manifest/container/labels";
import { SHARED } from "../../../manifest/container/service-spec";
import { storageFolder, storageOfFolder } from "../../../manifest/container/storage-folders";
import { allStorage } from "../../../manifest/storage";
import type { Log } from "../../log";
import type { ServerInfo, ServerStorage } from "../server-info";

/** A folder of a server's storage, whether the server is there or not. */
export interface StoredFolder {
  owner: Owner;
  server: string;
  storage: string;
  /** Number of the user whose it is. */
  uid: number;
  /** On the disk. */
  bytes: number;
  /** Milliseconds since 1970, when it was first seen without a server that has it; undefined when it has one. */
  lostSince?: number;
}

const EVERY_MS = 10_000;

/** Reads what the engine measured (images/engine/supervise.sh): KiB, user and folder. Other lines are left out. */
export function parseStorageUse(text: string): Omit<StoredFolder, "lostSince">[] {
  return text.split("\n").flatMap((line) => {
    const [, kib, uid, owner, folder = ""] = /^(\d+) (\d+) (pulumi|api)\/(.+)$/.exec(line) ?? [];
    const names = storageOfFolder(folder);
    return names ? [{ owner: owner as Owner, ...names, uid: Number(uid), bytes: Number(kib) * 1024 }] : [];
  });
}

const keyOf = ({ owner, server, storage }: Pick<StoredFolder, "owner" | "server" | "storage">): string =>
  `${owner}/${storageFolder(server, storage)}`;

/** Keeps what each storage holds, and warns once when one holds more than it may. */
export class StorageUse {
  #folders = new Map<string, StoredFolder>();
  readonly #over = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: string,
    private readonly servers: () => ServerInfo[],
    private readonly log: Log,
  ) {}

  /** Looks at once, then every 10 s until `close`. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), EVERY_MS).unref();
    await this.look();
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** All folders, as last measured: at most some seconds ago, longer for large ones. */
  list(): StoredFolder[] {
    return [...this.#folders.values()];
  }

  /** A server's storage, and its companions'. */
  of({ name: server, managedBy: owner, manifest }: ServerInfo): ServerStorage[] {
    return allStorage(manifest).map(({ name, path, size }) => {
      const used = this.#folders.get(keyOf({ owner, server, storage: name }))?.bytes;
      return { name, path, size: parseBytes(size) ?? 0, ...(used === undefined ? {} : { used }) };
    });
  }

  /** Reads the last measures. Never rejects: without them the earlier ones stay. */
  async look(): Promise<void> {
    const text = await readFile(this.file, "utf8").catch(() => undefined);
    if (text === undefined) return;
    const servers = this.servers();
    const owned = new Set(
      servers.flatMap(({ name: server, managedBy: owner, manifest }) =>
        allStorage(manifest).map(({ name: storage }) => keyOf({ owner, server, storage })),
      ),
    );
    // What shared services keep is owned as long as somebody uses them. Their folders are called SHARED.SERVICE.STORAGE.
    const used = new Set(servers.flatMap(({ manifest }) => manifest.uses));
    const isOwned = (folder: StoredFolder): boolean =>
      folder.server === SHARED ? used.has(folder.storage.split(".")[0] ?? "") : owned.has(keyOf(folder));
    const measured = parseStorageUse(text).map((folder): [string, StoredFolder] => {
      const key = keyOf(folder);
      const lostSince = this.#folders.get(key)?.lostSince ?? Date.now();
      return [key, isOwned(folder) ? folder : { ...folder, lostSince }];
    });
    this.#folders = new Map(measured);
    for (const server of servers) for (const storage of this.of(server)) this.#warn(server.name, storage);
  }

  #warn(server: string, { name, size, used = 0 }: ServerStorage): void {
    const key = `${server}/${name}`;
    if (used <= size) this.#over.delete(key);
    else if (!this.#over.has(key)) {
      this.#over.add(key);
      this.log.warn({ server, storage: name, used, size }, "storage holds more than its size");
    }
  }
}
