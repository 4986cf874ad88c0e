import { createContainer, type EngineClient, removeContainer } from "../../../lib/docker-client";
import type { ContainerSpec } from "../../../manifest/container/container-spec";
import { createOptions } from "../../../manifest/container/create-options";
import { ServerError } from "../server-error";
import { lastLines } from "./last-lines";

/** Of its log: one for each folder. */
const LINES = 20;

/**
 * Makes or removes folders of a server's storage: runs the container that does it to its end, and removes it.
 * @param labels more labels of it
 * @throws ServerError with what could not be done
 */
export async function runStorageWork(
  client: EngineClient,
  spec: ContainerSpec,
  labels: Record<string, string> = {},
): Promise<void> {
  await removeContainer(client.api.getContainer(spec.name)); // of work that was interrupted
  const container = await createContainer(
    client.api,
    createOptions({ ...spec, labels: { ...spec.labels, ...labels } }),
  );
  try {
    await container.start();
    const { StatusCode } = (await client.streams.getContainer(container.id).wait()) as { StatusCode: number };
    if (StatusCode === 0) return;
    const said = await lastLines(client, container.id, LINES);
    throw new ServerError(502, `the storage is not as it should be: ${said.join("; ") || `exit code ${StatusCode}`}`);
  } finally {
    await removeContainer(container);
  }
}
