import type { FollowedServers, ServerInfo, Servers } from "./server-info";

/** Servers of several kinds as one. A name that two of them have is that of the first. */
export class AllServers implements FollowedServers {
  constructor(private readonly kinds: FollowedServers[]) {}

  get synced(): boolean {
    return this.kinds.every(({ synced }) => synced);
  }

  get connected(): boolean {
    return this.kinds.every(({ connected }) => connected);
  }

  /** Sorted by name. */
  list(): ServerInfo[] {
    const all = this.kinds.flatMap((kind) => kind.list());
    const first = new Map(all.toReversed().map((server) => [server.name, server]));
    return [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): ServerInfo | undefined {
    for (const kind of this.kinds) {
      const server = kind.get(name);
      if (server) return server;
    }
    return undefined;
  }

  onChange(listener: Parameters<Servers["onChange"]>[0]): () => void {
    const ends = this.kinds.map((kind) => kind.onChange(listener));
    return () => {
      for (const end of ends) end();
    };
  }

  memory(name: string): { usage: number; limit: number } | undefined {
    for (const kind of this.kinds) if (kind.get(name)) return kind.memory(name);
    return undefined;
  }
}
