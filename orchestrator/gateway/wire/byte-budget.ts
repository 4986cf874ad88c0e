/** Bytes that one reader or writer may always hold without waiting for others. A request's body counts from here on. */
export const SMALL = 256 * 1024;
/** Milliseconds that readers wait for others to be done, before whoever holds most is ended. */
const PATIENCE_MS = 10_000;
/** Milliseconds between two looks at what clients have not read yet. */
const LOOK_MS = 100;

/** Something that can be behind with what it was written, like a ServerResponse. */
interface Writer {
  readonly writableLength: number;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** What one reader or writer holds. */
export class Account {
  bytes = 0;
  waiting: { promise: Promise<void>; resume: () => void } | undefined;

  constructor(
    private readonly budget: ByteBudget,
    readonly owner: string,
    readonly end: (reason: string) => void,
  ) {}

  /**
   * Says what is held now.
   * @returns what to wait for before more is read; undefined: go on
   */
  hold(bytes: number): Promise<void> | undefined {
    return bytes === this.bytes ? undefined : this.budget.changed(this, bytes);
  }
}

/**
 * The bytes that wait in the gateway, of all servers and clients together: messages that are not complete yet, and what the
 * other side has not read. Over a quarter of it, one reader at a time goes on with what is large; over all of it, or when the
 * others waited too long, whoever holds most is ended: of the owner that holds most, so that nobody pays for another.
 */
export class ByteBudget {
  readonly #holding = new Set<Account>();
  readonly #waiting = new Set<Account>();
  /** Answers on their way, with their owners; one gets an account when it is looked at and something of it waits. */
  readonly #writers = new Map<Writer, string | Account>();
  #held = 0;
  #first: Account | undefined;
  #patience: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  /** @param limit bytes */
  constructor(private readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /**
   * @param owner whom to be fair to: a server, a principal
   * @param end ends the session or request of this account, and nothing else
   */
  open(owner: string, end: (reason: string) => void): Account {
    return new Account(this, owner, end);
  }

  /** Counts what a client has not read of its answer, until that is closed. */
  watch(writer: Writer, owner: string): void {
    this.#writers.set(writer, owner);
    writer.once("close", () => {
      const known = this.#writers.get(writer);
      this.#writers.delete(writer);
      if (known instanceof Account) known.hold(0);
    });
  }

  changed(account: Account, bytes: number): Promise<void> | undefined {
    const before = account.bytes;
    account.bytes = bytes;
    this.#held += bytes - before;
    if (bytes === 0) this.#holding.delete(account);
    else this.#holding.add(account);
    if (bytes < before) {
      if (before > SMALL) this.#lookAtWriters(); // it may be on its way to a client now
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

  /** Lets those go on who wait, when there is room again, or nobody whose turn it is. */
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
    for (const [writer, known] of this.#writers) {
      const { writableLength } = writer;
      if (writableLength > SMALL) behind = true;
      if (known instanceof Account) this.#note(known, writableLength);
      else if (writableLength > 0) this.#note(this.#accountOf(writer, known), writableLength);
    }
    if (this.#held > this.limit) this.#endWorst(`more than ${this.limit} bytes wait in the gateway, most of them here`);
    if (!behind) return;
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.#lookAtWriters();
      this.#relieve();
    }, LOOK_MS).unref();
  }

  #accountOf(writer: Writer, owner: string): Account {
    const account = this.open(owner, () => writer.destroy());
    this.#writers.set(writer, account);
    return account;
  }

  #note(account: Account, bytes: number): void {
    this.#held += bytes - account.bytes;
    account.bytes = bytes;
    if (bytes === 0) this.#holding.delete(account);
    else this.#holding.add(account);
  }

  /** The largest account of the owner that holds most. */
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
