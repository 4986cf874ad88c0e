import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { eventOf, FIELDS, headOf } from "./evil-http";
import { EvilServer, heardIn, saidTo } from "./evil-server";

const STATUS = [200, 202, 204, 301, 400, 401, 404, 405, 413, 500, 503, 999];
const ENDPOINTS = [
  "messages?s=1",
  "/messages",
  "?",
  "",
  "http://127.0.0.1:1/",
  "//x/",
  "http://[",
  "/\u2028 x",
  "javascript:1",
];

/** One open stream, by the session that its endpoint names. */
type Streams = Map<string, Socket>;

/** Speaks HTTP+SSE of 2024 as a grammar has it: streams, endpoints, POSTs and answers that are right, and others. */
export class EvilSse extends EvilServer {
  readonly #streams: Streams = new Map();
  #opened = 0;
  /** It only reads requests: the answers are written by hand. */
  readonly #reader: Server = createServer((request) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
    request.on("end", () => {
      if (request.method === "GET") void this.write(request.socket, this.#stream(request.socket));
      else this.#post(request.socket, request.url ?? "", Buffer.concat(chunks).toString());
    });
  });

  async listen(): Promise<string> {
    return `http://127.0.0.1:${await this.start({ port: 0, host: "127.0.0.1" })}/sse`;
  }

  protected serve(socket: Socket): void {
    this.#reader.emit("connection", socket);
  }

  #stream(socket: Socket): (string | Buffer)[] {
    const { random } = this;
    const session = `s${++this.#opened}`;
    this.#streams.set(session, socket);
    socket.on("close", () => this.#streams.delete(session));
    const isEvil = random.chance(0.15);
    if (isEvil && random.chance(0.3)) return [headOf(random.pick(STATUS), "text/html", [], 2), "no"];
    const right = random.pick([`/messages?s=${session}`, `messages?s=${session}`]);
    const endpoint = isEvil ? random.pick(ENDPOINTS) : right;
    const parts = isEvil && random.chance(0.2) ? [] : [`event: endpoint\ndata: ${endpoint}\n\n`];
    if (random.chance(0.1)) parts.push(random.pick(FIELDS), `event: endpoint\ndata: ${random.pick(ENDPOINTS)}\n\n`);
    return [headOf(200, "text/event-stream", []), ...parts.map(chunked)];
  }

  #post(socket: Socket, url: string, text: string): void {
    const { random } = this;
    const stream = this.#streams.get(new URLSearchParams(url.split("?")[1]).get("s") ?? "");
    const heard = heardIn(text);
    const said = heard ? saidTo(random, this.era, heard) : [];
    const isEvil = random.chance(0.1);
    const status = isEvil ? random.pick(STATUS) : stream ? 202 : random.pick([400, 404]);
    const [first = ""] = said;
    // Some answer where they were asked, some not at all.
    const inPlace = isEvil && random.chance(0.3) && !Buffer.isBuffer(first);
    const body = inPlace ? String(first) : random.pick(["", "Accepted", "no session", "{}"]);
    const type = inPlace ? "application/json" : "text/plain";
    if (!(isEvil && random.chance(0.1))) {
      void this.write(socket, [headOf(status, type, [], Buffer.byteLength(body)), body]);
    }
    if (stream && !inPlace)
      void this.write(
        stream,
        said.map((one) => chunked(eventOf(random, one))),
      );
  }
}

function chunked(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  if (bytes.length === 0) return bytes; // it would end the stream
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}
