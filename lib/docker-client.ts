import { Agent, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as TlsAgent } from "node:https";
import Docker, { type ContainerCreateOptions } from "dockerode";

/** The engine's API, over its unix socket or over mutual TLS. */
export type EngineAddress =
  | { socketPath: string }
  | { host: string; port: number; ca: string; cert: string; key: string };

/** Two ways to the same engine. */
export interface EngineClient {
  /** For short questions: few connections that stay open, and a limit on how long the daemon may be silent. */
  api: Docker;
  /** For what takes its time: events, logs, pulls, stops. No time limit, and a connection for each. */
  streams: Docker;
  /** Closes the connections that stay open. */
  close(): void;
}

const SILENCE_MS = 30_000;
const CONNECTIONS = 8;

/** Opens no connection yet. */
export function engineClient(address: EngineAddress): EngineClient {
  const secure = "host" in address;
  const Kind = secure ? TlsAgent : Agent;
  const agents = {
    api: hearingAnswers(new Kind({ keepAlive: true, maxSockets: CONNECTIONS })),
    streams: hearingAnswers(new Kind()),
  };
  const docker = (agent: Agent | TlsAgent, timeout?: number): Docker => {
    // Always states host and protocol: docker-modem would take them from DOCKER_HOST.
    const options = { host: undefined, protocol: secure ? "https" : "http", ...address, agent, timeout } as const;
    return new Docker(options);
  };
  return {
    api: docker(agents.api, SILENCE_MS),
    streams: docker(agents.streams),
    close: () => {
      agents.api.destroy();
      agents.streams.destroy();
    },
  };
}

/**
 * docker-modem listens for errors of a request, but not of its answer. If the daemon dies in the middle of an answer,
 * it would wait for ever. This agent turns that into an error of the request.
 */
function hearingAnswers<Kind extends Agent>(agent: Kind): Kind {
  // Undocumented, but every agent of npm's agent-base relies on it.
  const inner = agent as Kind & { addRequest: (request: ClientRequest, options: object) => void };
  const add = inner.addRequest.bind(agent);
  inner.addRequest = (request, options) => {
    request.once("response", (answer: IncomingMessage) =>
      answer.once("close", () => {
        if (!answer.complete) request.emit("error", new Error("the engine's answer broke off"));
      }),
    );
    add(request, options);
  };
  return agent;
}

/** A Docker engine by its socket. @param endpoint unix:///PATH */
export function dockerAt(endpoint: string): Docker {
  return engineClient({ socketPath: endpoint.replace(/^unix:\/\//, "") }).streams;
}

/** Creates a container. dockerode by itself would put all of the options into the URL as well. */
export function createContainer(docker: Docker, options: ContainerCreateOptions): Promise<Docker.Container> {
  const { name, ...body } = options;
  const split = { _query: { name }, _body: body } as ContainerCreateOptions;
  return docker.createContainer(split);
}

/** Removes a container and its anonymous volumes. Does nothing when it is gone already. */
export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** Waits for an action on a container. Does nothing when the container is in the wanted state already. */
export async function unlessAlready(action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (statusOf(error) !== 304) throw error;
  }
}

/** HTTP status of the daemon's answer; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** Returns the daemon's own words, without docker-modem's wrapping. */
export function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "json" in error) {
    const { json } = error as { json?: { message?: unknown } };
    if (typeof json?.message === "string") return json.message;
  }
  return error instanceof Error ? error.message.trim() : String(error);
}
