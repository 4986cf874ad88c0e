import { connect, type Socket } from "node:net";
import type { Account, ByteBudget } from "../wire/byte-budget";
import { Frame, type ResponseFrame } from "../wire/frame";
import { type RequestId, textOr } from "../wire/json-rpc";
import { LineReader } from "../wire/line-reader";
import { MESSAGE_LIMIT, ReadingPace } from "../wire/reading-pace";
import { soundAnswer } from "./odd-answers";
import { NOBODY, type Upstream, type UpstreamUser } from "./upstream";

/** Bytes waiting to be read by a server, above which it counts as hung. */
const BACKLOG_LIMIT = 64 * 1024 * 1024;
/** Milliseconds in which a right answer may follow what is hardly one. */
const NOISE_MS = 500;
/** Milliseconds before the next attempt when mcp-init had no place. */
const RETRY_MS = 20;

/** One connection to mcp-init: one process of the server, with its stdin and stdout on this socket. */
export class StdioUpstream implements Upstream {
  user: UpstreamUser = NOBODY;
  onGone?: () => void;
  #socket: Socket;
  #alive = true;
  /** What was sent before the server's first word: should mcp-init refuse the connection, another one is sent it again. */
  #unheard: string[] | undefined = [];
  #refusal: string | undefined;
  /** Requests without an answer: their ids, and how they were written. */
  readonly #asked = new Map<RequestId, string>();
  /** It has answered a number with the same number. */
  #isExact = false;
  readonly #pace = new ReadingPace();
  #throttled = false;
  #crowded = false;
  /** What came, and is no complete message yet. */
  readonly #incoming: Account;
  /** What the server has not read yet. */
  readonly #outgoing: Account;
  #paused = false;

  private constructor(
    private readonly path: string,
    private readonly patientUntil: number,
    socket: Socket,
    budget: ByteBudget,
    private readonly name: string,
  ) {
    const end = (reason: string): void => this.#end(reason);
    this.#incoming = budget.open(name, end);
    this.#outgoing = budget.open(name, end);
    this.#socket = this.#read(socket);
  }

  /**
   * Connects, so that mcp-init starts a process.
   * @param patience milliseconds for mcp-init to have a place: a process whose session is over keeps its own for a while
   * @param name of the server, for what its malformed answers are told with
   * @throws Error when there is no socket or nobody listens
   */
  static async open(path: string, patience: number, budget: ByteBudget, name = ""): Promise<StdioUpstream> {
    return new StdioUpstream(path, Date.now() + patience, await connected(path), budget, name);
  }

  get alive(): boolean {
    return this.#alive;
  }

  send(frame: Frame): void {
    if (!this.#alive) return;
    const { text } = frame;
    if (frame.isRequest()) this.#asked.set(frame.id, frame.idText);
    if (Date.now() > this.patientUntil) this.#unheard = undefined;
    this.#unheard?.push(text);
    this.#socket.write(`${text}\n`);
    if (this.#socket.writableNeedDrain) void this.#outgoing.hold(this.#socket.writableLength);
    if (this.#socket.writableLength > BACKLOG_LIMIT) this.#end("it does not read what it is sent");
  }

  cancel(id: RequestId, reason: string): void {
    this.#asked.delete(id);
    this.send(Frame.notification("notifications/cancelled", { requestId: id, reason }));
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#goOn();
  }

  close(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#socket.destroy();
    void this.#incoming.hold(0);
    void this.#outgoing.hold(0);
    this.onGone?.();
  }

  #read(socket: Socket): Socket {
    const reader = new LineReader(MESSAGE_LIMIT, (text) => this.#line(text));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      if (!reader.push(chunk)) this.#end(`it sent a message of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);
      this.#spend(chunk.length);
      this.#hold(reader.held);
    });
    socket.on("drain", () => void this.#outgoing.hold(socket.writableLength));
    socket.on("close", () => {
      if (this.#refusal === undefined || Date.now() > this.patientUntil)
        this.#end(this.#refusal ?? "its process ended");
      else setTimeout(() => void this.#again(), RETRY_MS);
    });
    socket.on("error", () => {}); // "close" follows
    return socket;
  }

  /** mcp-init had no place for the connection: tries another one. */
  async #again(): Promise<void> {
    if (!this.#alive) return;
    try {
      const socket = await connected(this.path);
      this.#refusal = undefined;
      this.#socket = this.#read(socket);
      for (const text of this.#unheard ?? []) socket.write(`${text}\n`);
      if (!this.#alive) socket.destroy();
    } catch {
      this.#end("it cannot be reached");
    }
  }

  #line(line: string): void {
    if (!this.#alive) return;
    const text = line.includes("\r") ? line.replaceAll("\r", " ") : line; // a line end to event streams, space to JSON
    let frame: Frame;
    try {
      frame = Frame.read(text);
    } catch {
      return; // servers print other things on stdout; the specification forbids it, clients ignore it
    }
    // mcp-init's own word when it cannot start a process; the end of the connection follows.
    if (this.#unheard && frame.raw("id") === "null" && frame.error)
      this.#refusal = textOr(frame.error.message, "it refused the connection"); // a server could say this as well
    else {
      const sound = soundAnswer(this.name, frame, this.#asked, this.#isExact);
      if (!sound.kind) return;
      if (sound.isResponse()) {
        if (!frame.kind) {
          this.#later(sound);
          return;
        }
        if (typeof frame.id === "number" && this.#asked.has(frame.id)) this.#isExact = true;
        this.#asked.delete(sound.id);
      }
      this.#unheard = undefined;
      this.#deliver(sound);
    }
  }

  /** What is hardly an answer may be noise: it counts when none follows that is one. */
  #later(answer: ResponseFrame): void {
    setTimeout(() => {
      if (this.#alive && this.#asked.delete(answer.id)) this.#deliver(answer);
    }, NOISE_MS).unref();
  }

  /** What the gateway fails at (JSON nested too deep, for example) ends this connection, and nothing else. */
  #deliver(frame: Frame): void {
    try {
      this.user.message(frame);
    } catch (error) {
      this.#end(`it sent a message that cannot be handled: ${(error as Error).message}`);
    }
  }

  #end(reason: string): void {
    if (!this.#alive) return;
    this.close();
    this.user.ended({ reason, busy: this.#refusal !== undefined });
  }

  #spend(characters: number): void {
    const wait = this.#pace.spend(characters);
    if (wait === 0 || this.#throttled) return;
    this.#throttled = true;
    this.#socket.pause();
    setTimeout(() => {
      this.#throttled = false;
      this.#goOn();
    }, wait).unref();
  }

  /** Reads on when there is room in the gateway. */
  #hold(bytes: number): void {
    if (!this.#alive) return;
    const room = this.#incoming.hold(bytes);
    if (!room || this.#crowded) return;
    this.#crowded = true;
    this.#socket.pause();
    void room.then(() => {
      this.#crowded = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.#paused && !this.#throttled && !this.#crowded) this.#socket.resume();
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}
