import { type EngineClient, removeContainer } from "../../../../lib/docker-client";
import { containerName } from "../../../../manifest/container/container-spec";
import { Label, Owner } from "../../../../manifest/container/labels";
import type { Log } from "../../../log";
import { REPLACED } from "../server-state";
import { putBack, ServerParts } from "./server-parts";
import { verdict } from "./start-healthy";

/**
 * Ends deployments that a killed orchestrator left unfinished. A replacement that is healthy stays; else the server that it
 * was to replace comes back. A server that replaces none and was never started goes.
 * @param stack "project/stack"
 */
export async function endInterrupted(client: EngineClient, stack: string, log: Log): Promise<void> {
  const label = [`${Label.ManagedBy}=${Owner.Api}`, `${Label.Stack}=${stack}`, Label.Manifest];
  const labelled = await client.api.listContainers({ all: true, filters: { label } });
  const found = labelled.filter(({ Labels }) => Labels[Label.Manifest]);
  const named = (name: string) => found.find(({ Names }) => Names[0] === `/${name}`);
  for (const name of new Set(found.map(({ Labels }) => Labels[Label.Server] ?? ""))) {
    const current = named(containerName(name));
    const aside = named(`${containerName(name)}${REPLACED}`);
    if (!aside && current?.State !== "created") continue;
    log.warn({ server: name }, "ending a deployment that was interrupted");
    if (!aside) await new ServerParts(client, stack, name, log).remove();
    else if (current && verdict(await client.api.getContainer(current.Id).inspect()) === "ready") {
      await removeContainer(client.api.getContainer(aside.Id));
    } else {
      await putBack(client, name, aside.Id);
      await client.streams.getContainer(aside.Id).start();
    }
  }
}
