import type { Socket } from "node:net";
import { buildConnector } from "undici";
import { LINE_FEED, RETURN, ZERO } from "../wire/ascii";

/** How `100 Continue` begins; in the minor version any character passes. */
const CONTINUE = Buffer.from("HTTP/1.1 100");
const MINOR = CONTINUE.indexOf(".") + 1;
/** Characters after which an answer is known to be an interim one: "HTTP/1.1 1". */
const INTERIM = CONTINUE.length - 2;

/**
 * Connects, so that a server may send `100 Continue` that nobody asked for. HTTP wants such an answer to be skipped
 * (RFC 9110, 15.2), but undici ends the connection at it, and skips every other interim answer. So its status becomes 102.
 * `101 Switching Protocols` is an error: what follows it is no HTTP.
 */
export function interimConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options);
  return (to, done) =>
    connect(to, (...[error, socket]: Parameters<buildConnector.Callback>) =>
      error ? done(error, null) : done(null, lenient(socket as Socket)),
    );
}

/** Watches the beginning of each answer. An answer begins with the first bytes after a request was written. */
export function lenient(socket: Socket): Socket {
  const answer = new AnswerStart();
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (!chunk || !answer.isAhead || answer.pass(chunk)) return chunk;
    socket.destroy(new Error("HTTP 101, a change of protocol that nobody asked for"));
    return null;
  };
  socket.write = (...args: unknown[]) => {
    answer.isAhead = true;
    return write(...args);
  };
  return socket;
}

/** Reads what comes up to the final answer's status, and changes each `100` on the way. */
class AnswerStart {
  #isAhead = false;
  /** Characters of CONTINUE that the current head has matched. */
  #matched = 0;
  /** True within an interim head, up to the empty line at its end. */
  #isInterim = false;
  #isLineEmpty = false;

  /** True until the final answer has begun. */
  get isAhead(): boolean {
    return this.#isAhead;
  }

  set isAhead(is: boolean) {
    if (is && !this.#isAhead) {
      this.#matched = 0;
      this.#isInterim = false;
    }
    this.#isAhead = is;
  }

  /** @returns false when the server changes to another protocol */
  pass(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length && this.#isAhead; at++) {
      const code = chunk[at] as number;
      if (this.#isInterim) this.#skip(code);
      else if (this.#matched === CONTINUE.length - 1) {
        if (code === ZERO + 1) return false;
        if (code === ZERO) chunk[at] = ZERO + 2;
        this.#enter();
      } else if (this.#matched === MINOR || code === CONTINUE[this.#matched]) this.#matched++;
      else if (this.#matched >= INTERIM) this.#enter();
      else this.#isAhead = false;
    }
    return true;
  }

  #enter(): void {
    this.#isInterim = true;
    this.#matched = 0;
    this.#isLineEmpty = false;
  }

  #skip(code: number): void {
    if (code === RETURN) return;
    if (code === LINE_FEED && this.#isLineEmpty) this.#isInterim = false;
    this.#isLineEmpty = code === LINE_FEED;
  }
}
