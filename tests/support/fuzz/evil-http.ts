import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { EvilServer, heardIn, saidTo } from "./evil-server";
import type { Random } from "./random";

const STATUS = [200, 200, 200, 202, 204, 206, 301, 400, 401, 404, 405, 413, 429, 500, 503, 999];
const TYPES = [
  "application/json",
  "text/event-stream",
  "text/html",
  "application/json; charset=utf-8",
  "TEXT/EVENT-STREAM",
  "",
];
const HEADERS = [
  ...["X: 1", "Mcp-Session-Id: other", "Mcp-Session-Id: ", "Location: http://127.0.0.1:1/", "Connection: close"],
  ...[
    "Content-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    `X: ${"y".repeat(20_000)}`,
    "Retry-After: 99",
    "no header",
  ],
];
export const FIELDS = [
  "",
  ": \n",
  "retry: 0\n",
  "retry: 99999999999\n",
  "retry: x\n",
  "id: \n",
  "id: e1\n",
  "event: other\n",
  "data\n",
  "\ufeff",
];

/** Answers over HTTP as a grammar has it: heads, bodies and event streams that are right, and others. */
export class EvilHttp extends EvilServer {
  /** It only reads requests: the answers are written by hand. */
  readonly #reader: Server = createServer((request) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      void this.write(request.socket, this.#answer(request.method ?? "", text));
    });
  });

  async listen(): Promise<string> {
    return `http://127.0.0.1:${await this.start({ port: 0, host: "127.0.0.1" })}/mcp`;
  }

  protected serve(socket: Socket): void {
    this.#reader.emit("connection", socket);
  }

  #answer(method: string, text: string): (string | Buffer)[] {
    const { random } = this;
    const heard = heardIn(text);
    if (method === "GET" && random.chance(0.6)) return [headOf(405, "", [], 0)];
    if (method === "DELETE" || (!heard && method === "POST")) return [headOf(200, "", [], 0)];
    const isEvil = random.chance(0.3);
    if (isEvil && random.chance(0.05)) return [random.pick(["", "\r\n", "HTTP/9.9 x\r\n\r\n", "garbage"])];
    const said = heard ? saidTo(random, this.era, heard) : [];
    const streams = method === "GET" || heard?.method === "tools/call" || said.length !== 1;
    const status = isEvil
      ? random.pick(STATUS)
      : said.length === 0 && method === "POST" && heard?.id === undefined
        ? 202
        : 200;
    const type = isEvil ? random.pick(TYPES) : TYPES[streams ? 1 : 0];
    const more = this.era === "legacy" && heard?.method === "initialize" ? ["Mcp-Session-Id: s"] : [];
    if (isEvil && random.chance(0.3)) more.push(random.pick(HEADERS));
    const body = streams ? said.map((one) => eventOf(random, one)) : said;
    const length = Buffer.concat(body.map((part) => Buffer.from(part))).length;
    const isHeld = isEvil && random.chance(0.2); // it says that more comes, and nothing does
    if (isEvil && random.chance(0.2)) return [headOf(status, type ?? "", more, length - 1 + random.below(3)), ...body];
    if (random.chance(0.5)) return [headOf(status, type ?? "", more, length), ...body];
    const chunks = body.flatMap((part) =>
      part.length > 0 ? [`${Buffer.from(part).length.toString(16)}\r\n`, part, "\r\n"] : [],
    );
    return [
      headOf(status, type ?? "", more),
      ...chunks,
      isHeld || (method === "GET" && random.chance(0.5)) ? "" : "0\r\n\r\n",
    ];
  }
}

/** A message as an event, in one of the forms that events may have. */
export function eventOf(random: Random, said: string | Buffer): string | Buffer {
  if (Buffer.isBuffer(said)) return Buffer.concat([Buffer.from("data: "), said, Buffer.from("\n\n")]);
  const before = random.chance(0.2) ? random.pick(FIELDS) : "";
  const lines = random.chance(0.05) ? said.replaceAll(",", ",\ndata: ") : said;
  const event = `${before}data: ${lines}\n\n`;
  return random.chance(0.05) ? event.replaceAll("\n", random.pick(["\r\n", "\r"])) : event;
}

/** @param length undefined: the body comes in chunks */
export function headOf(status: number, type: string, more: string[], length?: number): string {
  const framing = length === undefined ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
  return [`HTTP/1.1 ${status} x`, `Content-Type: ${type}`, ...more, framing, "", ""].join("\r\n");
}
