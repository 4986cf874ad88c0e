import { createServer } from "node:net";
import { consulPorts, orchestratorPorts } from "../config/endpoints";
import type { Settings } from "../config/settings";
import type { Problem } from "../lib/problems";
import { listenersOn } from "./listeners";

type Published = Parameters<typeof orchestratorPorts>[0] &
  Parameters<typeof consulPorts>[0] &
  Pick<Settings, "dockerTlsPort" | "bindAddress">;

/** The host's ports that the stack publishes, each with the config key that changes it. */
export function publishedPorts(settings: Published): { key: string; external: number }[] {
  const docker = { key: "dockerTlsPort", external: settings.dockerTlsPort };
  return [docker, ...orchestratorPorts(settings), ...consulPorts(settings)];
}

/**
 * Ports of this machine that the stack wants and a program outside Docker has; empty when there are none. It tries to listen
 * on each, for a moment.
 * @param held ports that containers have: this stack's own, and others', which are told by their containers' names
 */
export async function takenPorts(settings: Published, held: readonly number[] = []): Promise<Problem[]> {
  const { bindAddress } = settings;
  const wanted = publishedPorts(settings).filter(({ external }) => !held.includes(external));
  const tried = await Promise.all(
    wanted.map(async (port) => ({ ...port, error: await tryPort(bindAddress, port.external) })),
  );
  return tried.flatMap(({ key, external, error }): Problem[] => {
    if (error !== "EADDRINUSE") return []; // Docker has rights that we may not have
    const programs = listenersOn(external).map(({ name, pid }) => `${name} (process ${pid})`);
    const fix = `set dind-mcp:${key} to a free port, or end that program${programs.length > 0 ? "" : "; `ss -ltnp`, as root, names it"}`;
    const got = `taken by ${programs.join(", ") || "another program"}`;
    return [
      { file: "this machine", path: `port ${bindAddress}:${external}`, got, expected: `a free port for ${key}`, fix },
    ];
  });
}

/** Listens, and ends that at once. @returns the error's code; undefined when the port is free */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
