import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../api/server-status";
import { type EngineClient, statusOf } from "../../../lib/docker-client";
import { SHARED, serviceContainer } from "../../../manifest/container/service-spec";
import type { Manifest } from "../../../manifest/types";
import type { CompanionInfo } from "../server-info";
import { lastWords } from "./last-lines";
import { statusAndReason, withWords } from "./server-state";

/** Looks at a server's companions, in the manifest's order, then at the shared services that it uses. @throws Error when the daemon does not answer */
export async function companionsOf(
  client: EngineClient,
  { name: server, services, uses }: Pick<Manifest, "name" | "services" | "uses">,
): Promise<CompanionInfo[]> {
  const all = [
    ...services.map(({ name }) => ({ name, container: serviceContainer(server, name) })),
    ...uses.map((name) => ({ name, container: serviceContainer(SHARED, name), shared: true })),
  ];
  return Promise.all(
    all.map(async (known) => {
      const look = await inspected(client, known.container);
      if (!look) return { ...known, status: ServerStatus.Stopped, reason: "it has no container" };
      const { status, reason } = statusAndReason(look.State, look.RestartCount);
      const words = await lastWords(client, look);
      return { ...known, status, ...(reason === undefined ? {} : { reason: withWords(reason, words) }) };
    }),
  );
}

async function inspected({ api }: EngineClient, container: string): Promise<ContainerInspectInfo | undefined> {
  try {
    return await api.getContainer(container).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** What is wrong with a server: its own, then its companions'. Nothing when all is well. */
export function joinedReason(own: string | undefined, companions: CompanionInfo[]): { reason?: string } {
  const theirs = companions.flatMap(({ name, status, reason, shared }) => {
    const what = shared ? "the shared service" : "its companion";
    return status === ServerStatus.Running ? [] : [`${what} ${name} is ${status}${reason ? `: ${reason}` : ""}`];
  });
  const all = [...(own === undefined ? [] : [own]), ...theirs];
  return all.length > 0 ? { reason: all.join("; ") } : {};
}
