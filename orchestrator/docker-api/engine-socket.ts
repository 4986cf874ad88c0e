import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";

/** The engine did not answer; the message is one sentence for the caller, without addresses. */
export class EngineSilent extends Error {}

/** Connections to the engine's unix socket. */
export class EngineSocket {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

  constructor(readonly path: string) {}

  /** A request whose body, if any, the caller writes. It does not follow, retry or time out. */
  request(method: string, target: string, headers: string[] | Record<string, string>): ClientRequest {
    return request({ socketPath: this.path, agent: this.#agent, method, path: target, headers, setHost: false });
  }

  /**
   * Asks, and gives the answer when its headers are there.
   * @param ms to wait for them
   * @throws EngineSilent
   */
  ask(method: string, target: string, ms: number, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = this.request(method, target, { Host: "docker", Accept: "application/json" });
      const end = (error: Error): void => void asked.destroy(error);
      const timer = setTimeout(() => end(new EngineSilent("the engine did not answer in time")), ms);
      const aborted = (): void => end(new EngineSilent("nobody waits for the answer"));
      signal.addEventListener("abort", aborted, { once: true });
      asked.on("response", (answer) => {
        clearTimeout(timer);
        answer.once("close", () => signal.removeEventListener("abort", aborted));
        resolve(answer);
      });
      asked.on("error", (error) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
        reject(error instanceof EngineSilent ? error : new EngineSilent("the engine does not answer"));
      });
      asked.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
