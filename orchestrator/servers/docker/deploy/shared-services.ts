import type { ContainerInspectInfo } from "dockerode";
import { type EngineClient, statusOf } from "../../../../lib/docker-client";
import { Label, Owner, Role } from "../../../../manifest/container/labels";

/**
 * The shared services that there are: no deployed server may have the user of one. Their containers tell it, for no
 * manifest of a server does.
 * @throws Error when the daemon does not answer
 */
export async function sharedServices({ api }: EngineClient, stack: string) {
  const label = [`${Label.Role}=${Role.SharedService}`, `${Label.Stack}=${stack}`];
  const listed = await api.listContainers({ all: true, filters: { label } });
  const found = listed.filter(({ Labels }) => Labels[Label.Role] === Role.SharedService);
  const looks = await Promise.all(found.map(({ Id }) => lookAt(api, Id)));
  return looks.flatMap((look) => {
    if (!look) return [];
    const user = Number(look.Config.User.split(":")[0]);
    return [{ name: look.Name.slice(1), managedBy: Owner.Pulumi, manifest: { user } }];
  });
}

/** Undefined when it is gone meanwhile. */
async function lookAt(api: EngineClient["api"], id: string): Promise<ContainerInspectInfo | undefined> {
  try {
    return await api.getContainer(id).inspect();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
