import { createContainer, type EngineClient } from "../../../../lib/docker-client";
import { learningEndpoint, learningProxy } from "../../../../manifest/container/learning";
import { containerName } from "../../../../manifest/container/names";
import type { Manifest } from "../../../../manifest/types";
import { ServerError } from "../../server-error";

/** Starts a copy's own proxy, in the copy's network. @param stack "project/stack" @throws ServerError without an image of it */
export async function startProxy(client: EngineClient, stack: string, manifest: Manifest): Promise<void> {
  const [image] = await client.api.listImages({ filters: { reference: ["mcp-egress:*"] } });
  if (!image) {
    const fix = "give any server of the catalog egress, and run bin/dind-mcp up";
    throw new ServerError(409, `the stack has no image of the egress proxy, as no server of it has a way out: ${fix}`);
  }
  const proxy = await createContainer(client.api, learningProxy(manifest, stack, image.Id));
  const network = client.api.getNetwork(containerName(manifest.name));
  await network.connect({ Container: proxy.id, EndpointConfig: learningEndpoint(manifest.user) });
  await proxy.start();
}
