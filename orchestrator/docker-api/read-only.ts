import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Allowed, AnswerKind, decide, isRefused } from "./allow-list";
import { answerError } from "./answer";
import type { EngineSocket } from "./engine-socket";
import { redact } from "./redact";
import { redactedLines } from "./redacted-lines";
import { relay } from "./relay";

/** Milliseconds for the head of the engine's answer. To measure disk space takes long. */
const PATIENCE_MS = 60_000;
/** Largest document, in bytes: it is in memory while it is redacted. */
const DOCUMENT = 32 * 1024 * 1024;
/** Most documents and streams at the same time, so that together they cannot fill the memory. */
const DOCUMENTS = 8;
const STREAMS = 16;
/** Headers that clients read, such as the engine's API version. */
const HEADERS = ["api-version", "builder-version", "docker-experimental", "ostype", "server", "content-type", "swarm"];

/** Serves what `decide` allows: asks the engine, and redacts its answer. Refuses everything else with a sentence. */
export class ReadOnlyApi {
  readonly #open = { documents: 0, streams: 0 };

  constructor(private readonly engine: EngineSocket) {}

  /** Answers a request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const decision = decide(request.method, request.url);
    const { "transfer-encoding": encoding, "content-length": length = "0" } = request.headers;
    const body = encoding !== undefined || length !== "0";
    if (body) response.setHeader("Connection", "close"); // nobody reads the body
    if (isRefused(decision)) return answerError(response, decision.status, decision.message);
    if (body) return answerError(response, 400, "a request that only reads has no body");

    const streams = decision.kind === AnswerKind.Numbers || decision.kind === AnswerKind.Events;
    const [kind, most] = streams ? (["streams", STREAMS] as const) : (["documents", DOCUMENTS] as const);
    if (this.#open[kind] >= most)
      return answerError(response, 429, `more than ${most} ${kind} at the same time; try again`);
    this.#open[kind] += 1;
    const headers = { Host: "docker", Accept: "application/json" };
    const question = { method: decision.method, target: decision.target, headers, patience: PATIENCE_MS };
    await relay(this.engine, question, response, (answer) => this.#pass(decision, answer, response));
    this.#open[kind] -= 1;
  }

  async #pass({ method, kind }: Allowed, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    response.statusCode = answer.statusCode ?? 502;
    for (const name of HEADERS) {
      const value = answer.headers[name];
      if (value !== undefined) response.setHeader(name, value);
    }
    if (method === "HEAD") {
      answer.resume();
      response.end();
    } else if (kind === AnswerKind.Json || response.statusCode >= 400) {
      const body = JSON.stringify(redact(JSON.parse(await textOf(answer))));
      response.setHeader("Content-Length", Buffer.byteLength(body));
      response.end(body);
    } else {
      response.flushHeaders(); // events may be silent for hours
      // At the client's own pace. When one side ends, the other one does too.
      await (kind === AnswerKind.Events ? pipeline(answer, redactedLines(), response) : pipeline(answer, response));
    }
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > DOCUMENT) throw new Error("the engine's answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
