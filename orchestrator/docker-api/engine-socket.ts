import { Agent, type IncomingMessage, request } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The engine did not answer; the message is one sentence for the caller, without addresses. */
export class EngineSilent extends Error {}

/** A request to the engine. */
export interface Question {
  method: string;
  /** Path and query. */
  target: string;
  headers: string[] | Record<string, string>;
  /** @default none */
  body?: Readable;
  /** Milliseconds until the answer's head is there. @default no limit */
  patience?: number;
}

/** Connections to the engine's unix socket. */
export class EngineSocket {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

  constructor(readonly path: string) {}

  /**
   * Sends a request, and returns the answer once its head is there. Follows no redirect, and repeats nothing.
   * @param signal ends the request, and an answer under way
   * @throws EngineSilent, or Node's own error for a request that is no valid HTTP
   */
  ask({ method, target, headers, body, patience }: Question, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.path, agent: this.#agent, method, path: target, headers, setHost: false };
      const asked = request(options);
      const end = (message: string): void => void asked.destroy(new EngineSilent(message));
      const timer = patience === undefined ? undefined : setTimeout(end, patience, "the engine did not answer in time");
      const aborted = (): void => end("nobody waits for the answer");
      const settled = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
      };
      asked.on("response", (answer) => {
        clearTimeout(timer);
        answer.once("close", settled);
        resolve(answer);
      });
      asked.on("error", (error) => {
        settled();
        reject(error instanceof EngineSilent ? error : new EngineSilent("the engine does not answer"));
      });
      if (signal.aborted) aborted();
      else signal.addEventListener("abort", aborted, { once: true });
      // A body that breaks off has ended the request already, with an error that is handled above.
      if (body) pipeline(body, asked).catch(() => asked.destroy());
      else asked.end();
    });
  }

  /** Closes the connections to the engine. */
  close(): void {
    this.#agent.destroy();
  }
}
