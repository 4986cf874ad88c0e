import type Docker from "dockerode";
import { type EngineClient, engineClient, statusOf } from "../../lib/docker-client";
import { Label, Role } from "../../manifest/container/labels";
import type { Outputs } from "../../stack/outputs";
import { CliError, ExitCode } from "../errors";
import { stackFilter } from "../project";

/** The Docker daemon inside the engine, over mutual TLS with the stack's own client certificate. */
export function innerEngine({ endpoints, tls }: Pick<Outputs, "endpoints" | "tls">): EngineClient {
  const { hostname, port } = new URL(endpoints.dockerTls);
  return engineClient({ host: hostname, port: Number(port), ca: tls.ca, cert: tls.clientCert, key: tls.clientKey });
}

/** Asks the daemon inside something. @throws CliError when it does not answer */
export async function askInner<T>(outputs: Outputs, question: (docker: Docker) => Promise<T>): Promise<T> {
  const client = innerEngine(outputs);
  try {
    return await question(client.api);
  } catch (error) {
    if (statusOf(error) !== undefined) throw error;
    const text = `the engine does not answer at ${outputs.endpoints.dockerTls}: ${(error as Error).message}`;
    throw new CliError(text, ExitCode.Unreachable, "bin/dind-mcp engine status says more; bin/dind-mcp up heals it");
  } finally {
    client.close();
  }
}

/** A container of the stack in the engine, as `docker ps -a` tells it. */
export interface InnerContainer {
  name: string;
  /** Of the labels: the server's name; absent for the stack's own containers, and for companions. */
  server?: string;
  /** The server whose companion it is. */
  companionOf?: string;
  /** The name of a shared service. */
  shared?: string;
  managedBy?: string;
  image: string;
  id: string;
  /** One word: healthy, starting, unhealthy, running, exited, ... */
  state: string;
}

/** A container's name, as a list of Docker's has it: without the slash in front. */
export function nameOf({ Id, Names }: Pick<Docker.ContainerInfo, "Id" | "Names">): string {
  return Names[0]?.slice(1) ?? Id;
}

/** It has carried secret files, or made folders: it does not run, and nothing is wrong with that. */
export function hasDoneItsWork({ State, Labels }: Pick<Docker.ContainerInfo, "State" | "Labels">): boolean {
  const role = Labels[Label.Role];
  return (role === Role.VolumeFiles && State === "created") || (role === Role.StorageFolders && State === "exited");
}

/** What a container is, by its labels. */
function whatOf(labels: Docker.ContainerInfo["Labels"]): Pick<InnerContainer, "server" | "companionOf" | "shared"> {
  const { [Label.Role]: role, [Label.Companion]: companion, [Label.Server]: server } = labels;
  if (role === Role.SharedService) return { shared: companion };
  return companion ? { companionOf: server } : { server: server || undefined };
}

const HEALTH = /\((healthy|unhealthy|health: (starting))\)/;

/** All containers of the stack in the engine that are there to run, by name. */
export async function innerContainers(outputs: Outputs): Promise<InnerContainer[]> {
  const all = await askInner(outputs, (docker) => docker.listContainers({ all: true, filters: stackFilter() }));
  return all
    .filter((container) => !hasDoneItsWork(container))
    .map((container) => {
      const { Id, Labels, ImageID, State, Status } = container;
      const [, word, starting] = HEALTH.exec(Status) ?? [];
      return {
        name: nameOf(container),
        ...whatOf(Labels),
        managedBy: Labels[Label.ManagedBy],
        image: ImageID,
        id: Id,
        state: starting ?? word ?? State,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
