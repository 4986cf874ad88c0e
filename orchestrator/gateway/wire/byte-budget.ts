/**
 * Bytes that one reader or writer may hold without ever waiting for others. Request bodies count only above this
 * size.
 */
export const SMALL = 256 * 1024;
/** Milliseconds that readers wait for others, before the largest holder is ended. */
const PATIENCE_MS = 10_000;
/** Milliseconds between two measurements of what clients have not read yet. */
const LOOK_MS = 100;

/** A stream with unread bytes, like a ServerResponse. */
interface Writer {
  readonly writableLength: number;
  destroy(): unknown;
  on(event: "close", listener: () => void): unknown;
}

/** An answer that is being sent. It gets an account when a measurement finds unread bytes. */
interface Watched {
  writer: Writer;
  owner: string;
  account: Account | undefined;
}

/** The bytes that one reader or writer holds. */
export class Account {
  bytes = 0;
  waiting: { promise: Promise<void>; resume: () => void } | undefined;

  constructor(
    private readonly budget: ByteBudget,
    readonly owner: string,
    readonly end: (reason: string) => void,
  ) {}

  /**
   * Reports the bytes held now.
   * @returns a promise to wait for before reading more; undefined: go on at once
   */
  hold(bytes: number): Promise<void> | undefined {
    return bytes === this.bytes ? undefined : this.budget.changed(this, bytes);
  }
}

/**
 * Limits the bytes that wait in the gateway, for all servers and clients together: incomplete messages, and bytes
 * that the other side has not read. Above a quarter of the limit, only one reader at a time goes on with a large
 * message. Above the limit, or when others waited too long, the largest account of the owner that holds most is
 * ended: so nobody is ended for what another owner holds.
 */
export class ByteBudget {
  readonly #holding = new Set<Account>();
  readonly #waiting = new Set<Account>();
  /**
   * Answers that are being sent, each in a slot. Not a Map: when V8 rebuilds a Map's table, the old table still
   * refers to its entries, and the garbage collector for young objects keeps them all alive.
   */
  readonly #writers: (Watched | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #held = 0;
  #first: Account | undefined;
  #patience: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  /**
   * @param limit most bytes of all accounts together
   * @param cut told when the answer or stream of a client was ended, and why
   */
  constructor(
    private readonly limit: number,
    private readonly cut: (owner: string, reason: string) => void = () => {},
  ) {}

  get held(): number {
    return this.#held;
  }

  /**
   * Opens an account.
   * @param owner the server or principal that the bytes count for
   * @param end ends the session or request of this account only
   */
  open(owner: string, end: (reason: string) => void): Account {
    return new Account(this, owner, end);
  }

  /** Counts the unread bytes of a client's answer until the answer closes. */
  watch(writer: Writer, owner: string): void {
    const slot = this.#freeSlots.pop() ?? this.#writers.length;
    const watched: Watched = { writer, owner, account: undefined };
    this.#writers[slot] = watched;
    writer.on("close", () => {
      if (this.#writers[slot] !== watched) return;
      this.#writers[slot] = undefined;
      this.#freeSlots.push(slot);
      watched.account?.hold(0);
    });
  }

  changed(account: Account, bytes: number): Promise<void> | undefined {
    const before = account.bytes;
    account.bytes = bytes;
    this.#held += bytes - before;
    if (bytes === 0) this.#holding.delete(account);
    else this.#holding.add(account);
    if (bytes < before) {
      if (before > SMALL) this.#lookAtWriters(); // the message may wait in a client's answer now
      this.#relieve();
      return undefined;
    }
    if (this.#held > this.limit) this.#endWorst(`more than ${this.limit} bytes wait in the gateway, most of them here`);
    if (account.bytes <= SMALL || !this.#crowded || this.#of(account.owner) <= this.limit / 16) return undefined;
    this.#first ??= this.#worst();
    return account === this.#first ? undefined : this.#wait(account);
  }

  get #crowded(): boolean {
    return this.#held > this.limit / 4;
  }

  #of(owner: string): number {
    let sum = 0;
    for (const account of this.#holding) if (account.owner === owner) sum += account.bytes;
    return sum;
  }

  #wait(account: Account): Promise<void> {
    if (!account.waiting) {
      let resume = (): void => {};
      const promise = new Promise<void>((resolve) => {
        resume = resolve;
      });
      account.waiting = { promise, resume };
      this.#waiting.add(account);
    }
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      this.#endWorst("others waited too long for what it holds in the gateway");
    }, PATIENCE_MS).unref();
    return account.waiting.promise;
  }

  /** Resumes the waiting readers, once there is room again or the reader whose turn it was is done. */
  #relieve(): void {
    if (this.#first && this.#first.bytes > 0 && this.#crowded) return;
    this.#first = undefined;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    for (const account of this.#waiting) {
      account.waiting?.resume();
      account.waiting = undefined;
    }
    this.#waiting.clear();
  }

  #lookAtWriters(): void {
    let behind = false;
    for (const watched of this.#writers) {
      if (!watched) continue;
      const { writableLength } = watched.writer;
      if (writableLength > SMALL) behind = true;
      if (writableLength > 0) watched.account ??= this.#openFor(watched);
      if (watched.account) this.#note(watched.account, writableLength);
    }
    if (this.#held > this.limit) this.#endWorst(`more than ${this.limit} bytes wait in the gateway, most of them here`);
    if (!behind) return;
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.#lookAtWriters();
      this.#relieve();
    }, LOOK_MS).unref();
  }

  #openFor({ writer, owner }: Watched): Account {
    return this.open(owner, (reason) => {
      writer.destroy();
      this.cut(owner, reason);
    });
  }

  #note(account: Account, bytes: number): void {
    this.#held += bytes - account.bytes;
    account.bytes = bytes;
    if (bytes === 0) this.#holding.delete(account);
    else this.#holding.add(account);
  }

  /** Returns the largest account of the owner that holds most. */
  #worst(): Account | undefined {
    const owners = new Map<string, number>();
    for (const { owner, bytes } of this.#holding) owners.set(owner, (owners.get(owner) ?? 0) + bytes);
    const most = [...owners].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0])[0];
    let worst: Account | undefined;
    for (const one of this.#holding) if (one.owner === most && one.bytes > (worst?.bytes ?? 0)) worst = one;
    return worst;
  }

  #endWorst(reason: string): void {
    const worst = this.#worst();
    if (!worst) return;
    this.#note(worst, 0);
    this.#relieve();
    worst.end(reason);
  }
}
