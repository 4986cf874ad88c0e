import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, knownId, type RequestId } from "../wire/json-rpc";
import { excerpt } from "./http-signs";

/** Ids that are remembered, and at most twice as many: a second or late answer comes soon, or nobody knows it any more. */
const REMEMBERED = 500;
/** Bytes of an answer that are looked at, to say what came. */
const LOOKED_AT = 320;

/**
 * Finds answers to requests that nobody made, where the answers to all requests come on one stream. With one request
 * open, such an answer is most likely that one's: without an error the request would be waited out.
 */
export class StrangeAnswers {
  /** Ids of the last requests, whether they have their answer or not. */
  #past = new Map<RequestId, true>();
  /** Ids of the requests before those. To drop one id at a time from one map takes several times as long. */
  #earlier: ReadonlyMap<RequestId, true> = new Map();

  /** @param server name of the server, for error messages */
  constructor(private readonly server: string) {}

  /** Remembers that a request was made. */
  made(id: RequestId): void {
    this.#past.set(id, true);
    if (this.#past.size < REMEMBERED) return;
    this.#earlier = this.#past;
    this.#past = new Map();
  }

  /**
   * @param frame a message that answers no open request
   * @param asked the requests without an answer: each id, and how it was written
   * @returns the error for the only open request; undefined when the message is no strange answer
   */
  errorFor(frame: Frame, asked: ReadonlyMap<RequestId, string>): ResponseFrame | undefined {
    const [id, ...others] = asked.values();
    if (id === undefined || others.length > 0 || !frame.answering || !frame.has("jsonrpc")) return undefined;
    const isPast = [this.#past, this.#earlier].some((ids) => knownId(ids, frame.id) !== undefined);
    if (isPast) return undefined; // answered twice, or too late
    const shown = excerpt(frame.bytes.subarray(0, LOOKED_AT));
    const words = `server ${this.server}: it answers a request that nobody made${shown}`;
    return Frame.error(id, ErrorCode.ServerUnavailable, words);
  }
}
