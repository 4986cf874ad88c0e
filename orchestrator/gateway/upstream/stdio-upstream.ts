import type { Socket } from "node:net";
import { OPEN_BRACE, OPEN_BRACKET } from "../wire/ascii";
import type { Account, ByteBudget } from "../wire/byte-budget";
import { Frame, type ResponseFrame } from "../wire/frame";
import { type RequestId, textOr } from "../wire/json-rpc";
import { skipSpace } from "../wire/json-tokens";
import { LineReader } from "../wire/line-reader";
import { MESSAGE_LIMIT, OVERHEAD } from "../wire/reading-pace";
import { excerpt } from "./http-signs";
import { connectInit, type InitSocket } from "./init-socket";
import { cancelled, soundAnswer } from "./odd-answers";
import { Reading } from "./reading";
import { StrangeAnswers } from "./strange-answers";
import { UnreadableLines } from "./unreadable-lines";
import { NOBODY, type Upstream, type UpstreamUser } from "./upstream";

/** Bytes waiting to be read by a server, above which it counts as hung. */
const BACKLOG_LIMIT = 64 * 1024 * 1024;
/** Milliseconds to wait for a well-formed answer after a malformed one, or after lines that look like another framing. */
const NOISE_MS = 500;
const LINE_END = Buffer.from("\n");
/** Most bytes of a line that are looked at for an answer without its line's end. */
const UNENDED = 1024 * 1024;
/** The first byte of a byte order mark. */
const MARK = 0xef;
/**
 * Milliseconds before the next attempt when mcp-init had no room for another process. It waits a second for its words to
 * be read; where the gateway or the machine stood still for longer, the first write fails instead.
 */
const RETRY_MS = 20;

/**
 * A connection to mcp-init. It is one process of the server, whose stdin and stdout are this socket. Connecting again,
 * reading and writing share that socket's state, so this class is long.
 */
export class StdioUpstream implements Upstream {
  user: UpstreamUser = NOBODY;
  onGone?: () => void;
  #socket: Socket;
  #alive = true;
  /** Messages sent before the server's first one. If mcp-init refuses the connection, the next one gets them again. */
  #unheard: Frame[] | undefined = [];
  #refusal: string | undefined;
  /** The ids of requests without an answer, each with its JSON text. */
  readonly #asked = new Map<RequestId, string>();
  /** True once the server has answered a number as id with the same number. */
  #isExact = false;
  readonly #reading: Reading;
  #reader: LineReader | undefined;
  /** Lines since the last look at the pace that answered no request. */
  #others = 0;
  /** Bytes that the server has not read yet. */
  readonly #outgoing: Account;
  readonly #unreadables: UnreadableLines;
  readonly #strange: StrangeAnswers;

  private constructor(
    private readonly path: string,
    private readonly patientUntil: number,
    connection: InitSocket,
    budget: ByteBudget,
    private readonly name: string,
    tell: (line: string) => void,
  ) {
    this.#unreadables = new UnreadableLines(name, this.#asked, tell);
    this.#strange = new StrangeAnswers(name);
    const end = (reason: string): void => this.#end(reason);
    this.#reading = new Reading(budget.open(name, end), end);
    this.#outgoing = budget.open(name, end);
    this.#socket = this.#read(connection);
  }

  /**
   * Connects, so that mcp-init starts a process.
   * @param patience milliseconds to wait for room in mcp-init: a process keeps its place for a while after its session
   * @param name of the server, for error messages
   * @param tell called with the first lines that are no messages
   * @throws Error when there is no socket or nobody listens
   */
  static async open(
    path: string,
    patience: number,
    budget: ByteBudget,
    name = "",
    tell: (line: string) => void = () => {},
  ): Promise<StdioUpstream> {
    return new StdioUpstream(path, Date.now() + patience, await connectInit(path), budget, name, tell);
  }

  get printed(): string {
    const { shown } = this.#unreadables;
    if (shown !== undefined || !this.#reader?.beginning) return shown ?? "";
    return `; it wrote a line without its end (LF)${excerpt(this.#reader.beginning)}`;
  }

  get alive(): boolean {
    return this.#alive;
  }

  send(frame: Frame): void {
    if (!this.#alive) return;
    if (frame.isRequest()) {
      this.#asked.set(frame.id, frame.idText);
      this.#strange.made(frame.id);
    }
    if (Date.now() > this.patientUntil) this.#unheard = undefined;
    this.#unheard?.push(frame);
    this.#socket.write(`${frame.line}\n`);
    if (this.#socket.writableNeedDrain) void this.#outgoing.hold(this.#socket.writableLength);
    if (this.#socket.writableLength > BACKLOG_LIMIT) this.#end("it does not read what it is sent");
  }

  cancel(id: RequestId, reason: string): void {
    const written = this.#asked.get(id);
    this.#asked.delete(id);
    this.send(cancelled(id, written, reason));
  }

  pause(): void {
    this.#reading.pause();
  }

  resume(): void {
    this.#reading.resume();
  }

  close(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#socket.destroy();
    this.#reading.hold(0);
    void this.#outgoing.hold(0);
    this.onGone?.();
  }

  #read(connection: InitSocket): Socket {
    const { socket } = connection;
    const reader = new LineReader(MESSAGE_LIMIT, (line) => this.#line(line));
    this.#reader = reader;
    let quiet: NodeJS.Timeout | undefined;
    this.#reading.socket = socket;
    connection.onRead = (chunk) => {
      this.#handling(() => {
        if (!reader.push(chunk)) this.#end(`it sent a message of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);
      });
      this.#reading.spend(chunk.length + OVERHEAD * this.#others);
      this.#others = 0;
      if (!this.#alive) return;
      this.#reading.hold(reader.held);
      if (reader.held === 0) return;
      if (quiet) quiet.refresh();
      else quiet = setTimeout(() => this.#unended(reader), NOISE_MS).unref();
    };
    socket.on("drain", () => void this.#outgoing.hold(socket.writableLength));
    let isUntaken = false;
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      isUntaken = code === "EPIPE" && this.#unheard?.length === 1; // the first message, and no part of it was read
    });
    const closed = (): void => {
      if (isUntaken) this.#refusal ??= "it ended the connection before it took a message";
      if (reader.held > 0) this.#handling(() => void reader.push(LINE_END)); // the last line may lack its end
      if (this.#refusal === undefined || Date.now() > this.patientUntil)
        this.#end(this.#refusal ?? "its process ended");
      else setTimeout(() => void this.#again(), RETRY_MS);
    };
    socket.on("close", closed);
    if (socket.closed) setImmediate(closed); // before anybody read it, and when its user is known
    socket.resume();
    return socket;
  }

  /** Opens another connection, as mcp-init had no room for this one. Never rejects. */
  async #again(): Promise<void> {
    if (!this.#alive) return;
    try {
      const connection = await connectInit(this.path);
      this.#refusal = undefined;
      const socket = this.#read(connection);
      this.#socket = socket;
      for (const frame of this.#unheard ?? []) socket.write(`${frame.line}\n`);
      if (!this.#alive) socket.destroy();
    } catch {
      this.#end("it cannot be reached");
    }
  }

  #line(line: Buffer): void {
    if (!this.#alive) return;
    this.#others++;
    if (!mayBeJson(line)) {
      this.#unreadable(line);
      return;
    }
    let frame: Frame;
    try {
      frame = Frame.read(line).onOneLine(); // \r is a line end to event streams
    } catch (error) {
      this.#unreadable(line, error);
      return;
    }
    for (const one of frame.batch ?? [frame]) this.#message(one);
  }

  #message(frame: Frame): void {
    // mcp-init says so when it cannot start a process, and then ends the connection.
    if (this.#unheard && frame.reads("null", "id") && frame.hasObject("error"))
      this.#refusal = textOr(frame.at("error", "message"), "it refused the connection"); // a server could say this as well
    else {
      const sound = soundAnswer(this.name, frame, this.#asked, this.#isExact);
      if (sound.isResponse() && this.#asked.has(sound.id)) {
        if (!frame.kind) {
          this.#later(sound);
          return;
        }
        if (typeof frame.id === "number" && this.#asked.has(frame.id)) this.#isExact = true;
        this.#asked.delete(sound.id);
        this.#others--;
      } else if (sound.answering) {
        const error = this.#strange.errorFor(sound, this.#asked);
        if (error) this.#later(error);
      }
      if (!sound.kind) return;
      this.#unheard = undefined;
      this.user.message(sound);
    }
  }

  #unreadable(line: Buffer, error?: unknown): void {
    const { answer, framing } = this.#unreadables.take(line, this.#unheard !== undefined, error);
    if (answer) this.#later(answer);
    if (framing === undefined) return;
    setTimeout(() => {
      if (this.#unheard) this.#end(framing);
    }, NOISE_MS).unref();
  }

  /** Takes an answer without the end of its line, as some servers write it, when nothing more comes of the line. */
  #unended(reader: LineReader): void {
    if (!this.#alive || this.#asked.size === 0 || this.#unreadables.isForeign) return;
    if (reader.held === 0 || reader.held > UNENDED) return;
    try {
      const frame = Frame.read(reader.rest);
      if (frame.isBatch || frame.answering) this.#handling(() => void reader.push(LINE_END));
    } catch {
      // More of it will come.
    }
  }

  /** Hands on a malformed answer, unless a well-formed one for the same request follows soon. */
  #later(answer: ResponseFrame): void {
    setTimeout(() => {
      if (this.#asked.delete(answer.id)) this.#handling(() => this.user.message(answer));
    }, NOISE_MS).unref();
  }

  /** Ends this connection, and nothing else, when the gateway fails at one of its messages. */
  #handling(work: () => void): void {
    if (!this.#alive) return;
    try {
      work();
    } catch (error) {
      this.#end(`it sent a message that cannot be handled: ${(error as Error).message}`);
    }
  }

  #end(reason: string): void {
    if (!this.#alive) return;
    this.close();
    this.user.ended({ reason, busy: this.#refusal !== undefined });
  }
}

/** Tells by a line's first byte whether it can be a message. To try and fail takes much longer. */
function mayBeJson(line: Buffer): boolean {
  const first = line[skipSpace(line, 0)];
  return first === OPEN_BRACE || first === OPEN_BRACKET || first === MARK;
}
