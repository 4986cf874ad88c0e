import { type Server, STATUS_CODES } from "node:http";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { guardedServer } from "../http/guarded-server";
import { listen, shut } from "../http/listening";
import type { Guard } from "../security/guard-api";
import { answerError } from "./answer";
import { EngineSocket } from "./engine-socket";
import { FullApi } from "./full";
import { ReadOnlyApi } from "./read-only";

/** What port 12375 serves, and the parts it uses. */
export interface DockerApiOptions {
  /** `config.dockerApi`; with `off` there is no such port. */
  mode: Exclude<OrchestratorConfig["dockerApi"], "off">;
  /** The engine's socket. */
  socketPath: string;
  guard: Pick<Guard, "admit">;
  limits: OrchestratorConfig["limits"];
  /** Gets a warning at the start when the mode is `full`. */
  warn: (message: string) => void;
}

/**
 * Port 12375: the engine's Docker API without TLS. Docker's clients cannot send a token to such a port, so it asks for
 * none: `read-only` shows nothing secret and changes nothing, and the port is on loopback. Host and Origin are checked,
 * so no web page gets at it.
 */
export class DockerApi {
  readonly #server: Server;
  readonly #engine: EngineSocket;
  readonly #full: FullApi | undefined;

  constructor(private readonly options: DockerApiOptions) {
    const { mode, socketPath, guard, limits } = options;
    this.#engine = new EngineSocket(socketPath);
    const full = mode === "full" ? new FullApi(this.#engine) : undefined;
    this.#full = full;
    const api = full ?? new ReadOnlyApi(this.#engine);
    this.#server = guardedServer({
      guard,
      limits,
      refuse: (response, { status, detail }) => answerError(response, status, detail),
      handle: (request, response) => api.handle(request, response),
    });
    if (!full) return;
    this.#server.requestTimeout = 0; // to send a build's context may take long
    this.#server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy()); // Node no longer listens, and an error without a listener ends the process
      const refused = guard.admit(request);
      if (!refused) full.upgrade(request, socket, head);
      else socket.end(`HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}\r\nConnection: close\r\n\r\n`);
    });
  }

  /** @returns the port */
  listen(port: number, host?: string): Promise<number> {
    if (this.options.mode === "full") {
      this.options.warn("dockerApi is full: whoever reaches this port is root in the engine, without a token");
    }
    return listen(this.#server, port, host);
  }

  /** Closes the port, and ends all open connections. */
  async close(): Promise<void> {
    this.#full?.close();
    await shut(this.#server);
    this.#engine.close();
  }
}
