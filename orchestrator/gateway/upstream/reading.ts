import type { Socket } from "node:net";
import type { Account } from "../wire/byte-budget";
import { ReadingPace } from "../wire/reading-pace";

/** Reads a socket whenever nobody objects: neither its user, nor the pace of reading, nor the budget of the gateway. */
export class Reading {
  readonly #pace = new ReadingPace();
  #socket: Socket | undefined;
  #isPaused = false;
  #isThrottled = false;
  #isCrowded = false;

  /**
   * @param account what was read and is no complete message yet
   * @param end told why it cannot go on
   */
  constructor(
    private readonly account: Account,
    private readonly end: (reason: string) => void,
  ) {}

  /** Goes on with this socket. */
  set socket(socket: Socket) {
    this.#socket = socket;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  /** Counts bytes that came. A server that floods is read with pauses. */
  spend(bytes: number): void {
    const wait = this.#pace.spend(bytes);
    if (wait === 0 || this.#isThrottled) return;
    this.#isThrottled = true;
    this.#socket?.pause();
    setTimeout(() => {
      this.#isThrottled = false;
      this.#goOn();
    }, wait).unref();
  }

  /** Says how much is held now, and waits until there is room for it in the gateway. */
  hold(bytes: number): void {
    const room = this.account.hold(bytes);
    if (!room || this.#isCrowded) return;
    this.#isCrowded = true;
    this.#socket?.pause();
    room
      .then(() => {
        this.#isCrowded = false;
        this.#goOn();
      })
      .catch((error: Error) => this.end(`it cannot be read on: ${error.message}`));
  }

  #goOn(): void {
    if (!this.#isPaused && !this.#isThrottled && !this.#isCrowded) this.#socket?.resume();
  }
}
