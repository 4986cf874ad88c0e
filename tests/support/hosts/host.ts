import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import Docker from "dockerode";
import { z } from "zod";
import { must, type Result, run } from "../fleet/command";

/** What run.sh tells: the host under test, and how it is reached from here. */
const environment = z
  .object({
    HOSTS_CASE: z.enum(["here", "apparmor", "no-apparmor", "userns"]),
    /** Docker endpoint of the host engine: unix:// or tcp://. */
    HOSTS_DOCKER: z.string(),
    /** Port of the engine's API on the host, and the local port that leads to it. */
    HOSTS_PUBLISHED_PORT: z.coerce.number(),
    HOSTS_ENGINE_PORT: z.coerce.number(),
    /** The engine's image; on the host engine already. */
    HOSTS_IMAGE: z.string(),
    /** Holds busybox (static), `server` (tests/fixtures/hostile, static), and what the tests put there. */
    HOSTS_WORK: z.string(),
    /** What reports should call the host. */
    HOSTS_MACHINE: z.string(),
  })
  .parse(process.env);

export const HOST = {
  kind: environment.HOSTS_CASE,
  machine: environment.HOSTS_MACHINE,
  docker: environment.HOSTS_DOCKER,
  publishedPort: environment.HOSTS_PUBLISHED_PORT,
  enginePort: environment.HOSTS_ENGINE_PORT,
  image: environment.HOSTS_IMAGE,
  work: environment.HOSTS_WORK,
};

/** In front of every name on the host engine. The process's number lets the next run's sweep find what a kill left. */
export const NAME = `mcp-test-hosts-${process.pid}-1`;

/** On this machine, another subnet than the dev stack's. */
export const CIDR = HOST.kind === "here" ? `172.28.${process.pid % 256}.0/24` : "172.30.0.0/16";

/** Software emulation is 10 to 20 times slower: what takes a second or two on a real machine gets this long, in milliseconds. */
export const PATIENCE = 180_000;

/** An image built inside the engine; the static busybox in it probes the network. */
export const TOOLS = "mcp-test-tools:1";

const onHost = { env: { ...process.env, DOCKER_HOST: HOST.docker } };
const inEngine = {
  env: {
    ...process.env,
    DOCKER_HOST: `tcp://127.0.0.1:${HOST.enginePort}`,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: join(HOST.work, "client"),
    DOCKER_BUILDKIT: "0", // the builder that the program uses
  },
};

/** The host engine, and the engine inside over its TLS API: the same two ways in. */
export const host = commands(onHost);
export const engine = commands(inEngine);

function commands(options: { env: NodeJS.ProcessEnv }) {
  return {
    env: options.env as Record<string, string>,
    /** @throws Error when docker fails */
    docker: (...args: string[]): Promise<string> => must("docker", args, { ...options, timeout: 180_000 }),
    try: (args: string[], input?: string): Promise<Result> =>
      run("docker", args, { ...options, timeout: 180_000, input }),
  };
}

/** The host engine's API. */
export function hostApi(): Docker {
  if (HOST.docker.startsWith("unix://")) return new Docker({ socketPath: HOST.docker.slice("unix://".length) });
  const { hostname, port } = new URL(HOST.docker);
  return new Docker({ protocol: "http", host: hostname, port: Number(port) });
}

/** The host engine as a socket file, which is all that the program takes; close it when done. */
export async function hostSocket(): Promise<{ endpoint: string; close: () => void }> {
  if (HOST.docker.startsWith("unix://")) return { endpoint: HOST.docker, close: () => {} };
  const { hostname, port } = new URL(HOST.docker);
  const path = join(HOST.work, `${NAME}.sock`);
  const server: Server = createServer((socket) => {
    const other = connect(Number(port), hostname);
    socket.pipe(other).pipe(socket);
    socket.on("error", () => other.destroy());
    other.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { endpoint: `unix://${path}`, close: () => server.close() };
}
