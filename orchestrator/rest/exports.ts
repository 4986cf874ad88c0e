import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { HttpError } from "../http/problem";

/** Milliseconds in which a client takes nothing before its file ends, so that it keeps no place. */
const STALLED_MS = 60_000;

/** Answers that are whole files, read as fast as clients take them: few at the same time. */
export class Exports {
  #open = 0;

  /** @param most files that may be on their way at the same time */
  constructor(private readonly most: number) {}

  /**
   * Answers with a file.
   * @param type its media type
   * @param name what a browser calls it; what is no letter, digit, `.`, `_` or `-` becomes `_`, as it may come from a request
   * @throws HttpError 503 when enough are on their way
   */
  send(reply: FastifyReply, parts: AsyncIterable<string>, type: string, name: string): FastifyReply {
    if (this.#open >= this.most)
      throw new HttpError(503, `${this.most} exports are open already`, { "Retry-After": "5" });
    const file = Readable.from(parts);
    this.#open++;
    file.once("close", () => this.#open--);
    file.once("error", () => {
      // An answer that has not begun becomes a problem, which is no file.
      reply.removeHeader("Content-Disposition");
      if (!reply.raw.headersSent) reply.raw.removeHeader("Content-Disposition");
    });
    reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy());
    const plain = name.replace(/[^\w.-]/g, "_"); // any other character ends the header's value, or is none that a header has
    return reply.type(type).header("Content-Disposition", `attachment; filename="${plain}"`).send(file);
  }
}
